"""Issues and everything that belongs to them: classification, obligations, conversation."""

from slaportal.issues.models.attachment import Attachment
from slaportal.issues.models.classification import DeciderVote, Dispute, Proposal, Vote
from slaportal.issues.models.issue import Classification, Issue, IssueQuerySet, IssueState, Stage, WaitingOn
from slaportal.issues.models.obligation import Obligation, ObligationQuerySet
from slaportal.issues.models.saved_view import SavedView
from slaportal.issues.models.work import Comment, InternalNote, Pause, Reminder

__all__ = [
    "Attachment",
    "Classification",
    "Comment",
    "DeciderVote",
    "Dispute",
    "InternalNote",
    "Issue",
    "IssueQuerySet",
    "IssueState",
    "Obligation",
    "ObligationQuerySet",
    "Pause",
    "Proposal",
    "Reminder",
    "SavedView",
    "Stage",
    "Vote",
    "WaitingOn",
]
