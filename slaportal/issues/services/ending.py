"""Resolving, confirming, reopening, withdrawing, marking as duplicate (spec §4)."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Party
from slaportal.issues.models import Issue, IssueState, Stage
from slaportal.issues.models.issue import WORKING
from slaportal.issues.services import acts, closing, obligations, periods, reminding, timed, waiting, work
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.lib.wording import in_sentence


@transaction.atomic
def resolve(*, issue: Issue, note: str, actor: Membership, now: datetime) -> None:
    """Say that the remedy is delivered, with a note that the client reads; the client confirms or rejects.

    The note is a message to the client, so it is the response where there was none before.
    """
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "issue.resolve")
    if issue.state not in WORKING:
        raise Refused(
            _("This issue is %(state)s already.") % {"state": in_sentence(issue.get_state_display())}
        )
    if not note.strip():
        raise Refused(_("Say what was done, so that the client can check it."))
    if actor.through is not None and issue.responded_at is None:
        raise Refused(_("A person of the vendor must have answered the client before a program may resolve."))
    if issue.state == IssueState.WAITING:
        waiting.end_waiting(issue, actor=actor, now=now)
    response = work.responds(issue, actor)
    event = acts.record(
        issue, "issue.resolved", actor=actor, at=now, texts={"note": note.strip()}, response=response
    )
    if response:
        issue.responded_at = now
    issue.state, issue.resolved_at, issue.resolution_note = IssueState.RESOLVED, now, tidy(note)
    issue.stage, issue.percent, issue.next_update_at = Stage.RESOLVED, 100, None
    issue.confirm_by = periods.confirmation_due(issue, start=now)
    acts.save(
        issue,
        *("state", "resolved_at", "resolution_note", "stage", "percent", "next_update_at"),
        *("confirm_by", "responded_at"),
        now=now,
    )
    reminding.remind_of_confirmation(issue, start=now)
    obligations.follow(issue, now=now)
    acts.tell(
        issue,
        "issue-resolved",
        cause=event,
        to=issue.people_of(Party.CLIENT),
        now=now,
        actor=actor,
        text=note,
        confirm_by=issue.confirm_by,
    )


@transaction.atomic
def confirm(*, issue: Issue, actor: Membership, now: datetime) -> None:
    """Accept the resolution, for the client."""
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "issue.confirm")
    _must_be_resolved(issue)
    event = acts.record(issue, "issue.confirmed", actor=actor, at=now, silent=False)
    closing.close_if_done(issue, confirmed_at=now, now=now)
    acts.tell(issue, "issue-confirmed", cause=event, to=issue.people_of(Party.VENDOR), now=now, actor=actor)


@transaction.atomic
def reopen(*, issue: Issue, reason: str, actor: Membership, now: datetime) -> None:
    """Reject the resolution: the same clock goes on from where it stood, the gap is not charged."""
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "issue.reopen")
    _must_be_resolved(issue)
    if not reason.strip():
        raise Refused(_("Say what still goes wrong."))
    issue.state, issue.resolved_at, issue.confirm_by = IssueState.OPEN, None, None
    issue.stage, issue.percent = Stage.INVESTIGATING, 0
    acts.save(issue, "state", "resolved_at", "confirm_by", "stage", "percent", now=now)
    event = acts.record(issue, "issue.reopened", actor=actor, at=now, texts={"reason": reason})
    issue.obligations.filter(metric="resolution").update(cycle=F("cycle") + 1)
    obligations.follow(issue, now=now)
    acts.tell(
        issue,
        "issue-reopened",
        cause=event,
        to=issue.people_of(Party.VENDOR),
        now=now,
        actor=actor,
        reason=reason,
    )


@transaction.atomic
def withdraw(*, issue: Issue, reason: str, actor: Membership, now: datetime) -> None:
    """Take the issue back, for the client: what is undecided is not counted, a breach stands."""
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "issue.withdraw")
    if not issue.is_live:
        raise Refused(
            _("This issue is %(state)s already.") % {"state": in_sentence(issue.get_state_display())}
        )
    if not reason.strip():
        raise Refused(_("Say in a sentence why you withdraw it."))
    _end(issue, IssueState.WITHDRAWN, now=now)
    event = acts.record(issue, "issue.withdrawn", actor=actor, at=now, texts={"reason": reason})
    obligations.follow(issue, now=now)
    acts.tell(
        issue,
        "issue-withdrawn",
        cause=event,
        to=issue.people_of(Party.VENDOR),
        now=now,
        actor=actor,
        reason=reason,
    )


@transaction.atomic
def duplicate(*, issue: Issue, of: Issue, actor: Membership, now: datetime) -> None:
    """Mark the issue as the same matter as `of`, an older issue of the same organization.

    Undecided obligations are not counted; the clock of `of` goes on. Chains cannot form: the other must be live.
    """
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "issue.duplicate")
    if of.organization_id != issue.organization_id:
        raise Refused(_("Both issues must belong to the same organization."))
    if of.pk == issue.pk:
        raise Refused(_("An issue cannot be a duplicate of itself."))
    # Claiming the other too keeps two people from merging A into B and B into A at once.
    acts.claim(of)
    if of.state in (IssueState.DUPLICATE, IssueState.WITHDRAWN):
        raise Refused(
            _("%(reference)s is %(state)s; choose the issue that goes on.")
            % {"reference": of.reference, "state": in_sentence(of.get_state_display())}
        )
    if not issue.is_live:
        raise Refused(
            _("This issue is %(state)s already.") % {"state": in_sentence(issue.get_state_display())}
        )
    issue.duplicate_of = of
    _end(issue, IssueState.DUPLICATE, now=now)
    event = acts.record(issue, "issue.duplicate", actor=actor, at=now, of=of.reference)
    obligations.follow(issue, now=now)
    acts.tell(
        issue,
        "issue-duplicate",
        cause=event,
        to=issue.people_of(Party.CLIENT),
        now=now,
        actor=actor,
        other=of.reference,
    )


def _must_be_resolved(issue: Issue) -> None:
    if issue.state != IssueState.RESOLVED:
        raise Refused(_("There is no resolution to confirm or reject."))


def _end(issue: Issue, state: IssueState, *, now: datetime) -> None:
    """Stop everything that waits on `issue` and give it its last state."""
    if issue.state == IssueState.WAITING:
        waiting.end_waiting(issue, actor=None, now=now)
    issue.state = state
    issue.awaiting_level_from, issue.answer_due_at, issue.confirm_by = "", None, None
    acts.save(issue, "state", "duplicate_of", "awaiting_level_from", "answer_due_at", "confirm_by", now=now)
