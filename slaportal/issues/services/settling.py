"""Settling a level: agreed by both, lapsed by silence, or decided by the deciders (spec §3)."""

from datetime import datetime

from slaportal.accounts.models import Party
from slaportal.issues.models import Classification, Issue
from slaportal.issues.services import acts, obligations
from slaportal.lib.wording import neutral


def settle(issue: Issue, level: str, *, how: str, at: datetime, now: datetime) -> None:
    """Let `level` govern from `at`, no longer provisionally, and judge both clocks by it."""
    issue.level, issue.provisional = level, False
    issue.classification = Classification.AGREED
    issue.awaiting_level_from, issue.answer_due_at = "", None
    acts.save(
        issue, "level", "provisional", "classification", "awaiting_level_from", "answer_due_at", now=now
    )
    acts.record(
        issue, "level.governs", actor=None, at=at, recorded_at=now, level=level, provisional=False, how=how
    )
    obligations.follow(issue, now=now, as_of=at)


def lapse(issue: Issue, *, now: datetime) -> None:
    """Settle the unanswered proposal in favor of the party that spoke last, at the instant its period ended."""
    at = issue.answer_due_at
    assert at is not None
    standing = issue.proposals.filter(round=issue.round).latest("revision")
    event = acts.record(
        issue,
        "classification.lapsed",
        actor=None,
        at=at,
        recorded_at=now,
        proposal=standing.pk,
        level=standing.level,
        silent=Party(standing.party).other,
    )
    settle(issue, standing.level, how="lapsed", at=at, now=now)
    for party in Party:
        acts.tell(
            issue,
            "classification-lapsed",
            cause=event,
            to=issue.people_of(party),
            now=now,
            answer_by=at,
            new_level=neutral(standing.get_level_display),
        )
