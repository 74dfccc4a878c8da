"""The vendor's side of the agreement: policies in versions, calendars, who signed what."""

from slaportal.policies.admin.agreements import AgreementAdmin
from slaportal.policies.admin.calendars import CalendarAdmin
from slaportal.policies.admin.policies import PolicyAdmin
from slaportal.policies.admin.versions import VersionAdmin

__all__ = ["AgreementAdmin", "CalendarAdmin", "PolicyAdmin", "VersionAdmin"]
