"""How an issue comes to its end by time: confirmation by silence, and closing when every duty is done (spec §4)."""

from datetime import datetime

from django.db import transaction

from slaportal.accounts.models import Party
from slaportal.issues.models import Issue, IssueState
from slaportal.issues.services import acts


def confirm_by_silence(issue: Issue, *, now: datetime) -> None:
    """Confirm a resolution that the client neither confirmed nor rejected in its period."""
    at = issue.confirm_by
    assert at is not None
    event = acts.record(issue, "issue.confirmed", actor=None, at=at, recorded_at=now, silent=True)
    close_if_done(issue, confirmed_at=at, now=now)
    for party in Party:
        acts.tell(issue, "issue-confirmed-by-silence", cause=event, to=issue.people_of(party), now=now)


def close_if_done(issue: Issue, *, confirmed_at: datetime, now: datetime) -> None:
    """Mark `issue` confirmed and close it at once, unless its level owes a post-mortem first."""
    owes = issue.level in issue.agreement.policy_version.postmortem_levels
    issue.state = IssueState.CONFIRMED if owes else IssueState.CLOSED
    issue.confirmed_at, issue.confirm_by = confirmed_at, None
    issue.closed_at = None if owes else confirmed_at
    acts.save(issue, "state", "confirmed_at", "confirm_by", "closed_at", now=now)
    if not owes:
        acts.record(issue, "issue.closed", actor=None, at=confirmed_at, recorded_at=now)


@transaction.atomic
def close_when_done(*, issue: Issue, done_at: datetime, now: datetime) -> bool:
    """Close a confirmed issue whose last duty was done at `done_at`; return whether this call did it.

    The apps above know the duties (a post-mortem) and call this; one that was reopened or is closed stays as it is.
    The issue closes at its own instant, however late that is noticed. Raises `acts.Conflict`.
    """
    if issue.state != IssueState.CONFIRMED or issue.confirmed_at is None:
        return False
    acts.claim(issue)
    issue.state, issue.closed_at = IssueState.CLOSED, max(issue.confirmed_at, done_at)
    acts.save(issue, "state", "closed_at", now=now)
    acts.record(issue, "issue.closed", actor=None, at=issue.closed_at, recorded_at=now)
    return True
