"""Splitting an issue that turned out to be two matters: the second begins when the first was reported."""

import json
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Party
from slaportal.issues.models import DeciderVote, Dispute, Issue, Pause, Proposal, Vote
from slaportal.issues.models.issue import WORKING, IssueState
from slaportal.issues.selectors.history import clock_events
from slaportal.issues.services import acts, obligations, reminding, timed
from slaportal.ledger.models import Audience, Event
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy, tidy_line

# What the second issue has in common with the first.
SHARED: Final = (
    *("organization", "agreement", "product", "product_version", "environment", "contact", "answers"),
    *("reported_by", "on_behalf_of", "submitted_at", "level", "provisional", "classification"),
    *("awaiting_level_from", "answer_due_at", "round", "assigned_to", "responded_at", "demo"),
)


@transaction.atomic
def split(*, issue: Issue, title: str, description: str, actor: Membership, now: datetime) -> Issue:
    """Make a second issue of a part of `issue`; both clocks of it count from the original submission (spec §2, §3).

    It has the same reporter, terms, level and history of the level, the same pauses and, where it was given, the
    same response, so no minute is lost or won; the original goes on unchanged. Both parties are told.
    Raises `NotAllowed` or `Refused`.
    """
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "issue.split")
    _check(issue, title, description)
    part = Issue(
        **{name: getattr(issue, name) for name in SHARED},
        title=tidy_line(title),
        description=tidy(description),
        follows=issue,
        updated_at=now,
    )
    part.save(force_insert=True)
    part.watchers.set(issue.watchers.all())
    _copy_level(issue, part)
    _copy_events(issue, part, pauses=_copy_pauses(issue, part), now=now)
    obligations.begin(part, now=now)
    for metric, cycle in issue.obligations.values_list("metric", "cycle"):
        part.obligations.filter(metric=metric).update(cycle=cycle)
    if part.answer_due_at is not None:
        reminding.remind_of_answer(part, start=part.proposals.latest("round", "revision").at)
    texts = {"title": part.title, "description": part.description}
    event = acts.record(part, "issue.split_off", actor=actor, at=now, texts=texts, other=issue.reference)
    acts.record(issue, "issue.split", actor=actor, at=now, other=part.reference)
    acts.save(issue, now=now)
    for party in Party:
        acts.tell(
            part,
            "issue-split",
            cause=event,
            to=part.people_of(party),
            now=now,
            actor=actor,
            other=issue.reference,
            text=part.description,
        )
    return part


def _check(issue: Issue, title: str, description: str) -> None:
    if issue.state not in WORKING:
        raise Refused(
            _("There is nothing left to split. What is still open is reopened or reported as a follow-up.")
        )
    if issue.state == IssueState.WAITING:
        raise Refused(_("End the waiting first: each part then waits for itself."))
    if issue.pauses.filter(contest=Pause.Contest.OPEN).exists():
        raise Refused(_("A pause of this issue is contested. Judge the contest first, then split."))
    if not tidy_line(title):
        raise Refused(_("Give the second issue a title."))
    if not tidy(description):
        raise Refused(_("Describe what the second issue is about."))


def _copy_level(issue: Issue, part: Issue) -> None:
    """Give `part` everything that was said about the level: it was said about both."""
    for proposal in issue.proposals.order_by("round", "revision"):
        votes = list(proposal.votes.all())
        copy = _copied(Proposal, proposal, issue=part)
        for vote in votes:
            _copied(Vote, vote, proposal=copy)
    for dispute in issue.disputes.all():
        choices = list(dispute.votes.all())
        of_part = _copied(Dispute, dispute, issue=part)
        for choice in choices:
            _copied(DeciderVote, choice, dispute=of_part)


def _copy_pauses(issue: Issue, part: Issue) -> dict[int, int]:
    """Give `part` the times of waiting; return old id → new id."""
    return {pause.pk: _copied(Pause, pause, issue=part).pk for pause in issue.pauses.all()}


def _copied(model: Any, row: Any, **changed: Any) -> Any:
    """Store a copy of `row` with other references."""
    fields = [one for one in model._meta.concrete_fields if not one.primary_key]
    return model.objects.create(**{one.name: getattr(row, one.name) for one in fields} | changed)


def _copy_events(issue: Issue, part: Issue, *, pauses: dict[int, int], now: datetime) -> None:
    """Tell the ledger what moved the clocks of `issue`, each at its own instant, as of `part`.

    An exception was granted for the original alone. A message that was the response stays with the original; the
    copy says only that there was one.
    """
    submitted = Event.objects.about(issue.reference).get(kind="issue.submitted")
    wanted = [one for one in clock_events(issue) if one.kind != "exception.effective"]
    for event in [submitted, *wanted]:
        data = json.loads(event.payload)["data"]
        if event.kind == "comment.added" and not data["response"]:
            continue
        data.pop("follows", None)
        if "pause" in data:
            data["pause"] = pauses[data["pause"]]
        if "proposal" in data:
            data["proposal"] = part.proposals.order_by("round", "revision").values_list("pk", flat=True)[0]
        acts.record(
            part,
            event.kind,
            actor=event.actor,
            at=event.at,
            recorded_at=now,
            audience=Audience(event.audience),
            **data,
        )
