"""What can be done to the agreement: policies and their versions, calendars, signing and ending (spec §1)."""

from slaportal.policies.services.agreements import end_agreement, sign_agreement
from slaportal.policies.services.calendars import change_calendar, create_calendar
from slaportal.policies.services.editions import (
    create_policy,
    discard_draft,
    draft_next,
    draft_version,
    edit_draft,
    load_standard,
    publish,
)
from slaportal.policies.services.refusal import PolicyRefused

__all__ = [
    "PolicyRefused",
    "change_calendar",
    "create_calendar",
    "create_policy",
    "discard_draft",
    "draft_next",
    "draft_version",
    "edit_draft",
    "end_agreement",
    "load_standard",
    "publish",
    "sign_agreement",
]
