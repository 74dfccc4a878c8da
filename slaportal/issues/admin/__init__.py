"""The staff's side of issues."""

from slaportal.issues.admin.issue import IssueAdmin
from slaportal.issues.admin.obligation import ObligationAdmin

__all__ = ["IssueAdmin", "ObligationAdmin"]
