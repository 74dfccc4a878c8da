"""What becomes of a contested pause (spec §4)."""

from datetime import datetime

from slaportal.accounts.models import Membership, Party
from slaportal.issues.models import Issue, Pause
from slaportal.issues.services import acts, obligations


def close_contest(
    issue: Issue,
    pause: Pause,
    *,
    upheld: bool,
    actor: Membership | None,
    reason: str,
    at: datetime,
    now: datetime,
) -> None:
    """End the contest of `pause`; upheld, its time counts after all, by a new event."""
    pause.contest = Pause.Contest.UPHELD if upheld else Pause.Contest.DISMISSED
    pause.contest_due_at, pause.judged_by = None, actor
    pause.save(update_fields=["contest", "contest_due_at", "judged_by"])
    event = acts.record(
        issue,
        "pause.upheld" if upheld else "pause.dismissed",
        actor=actor,
        at=at,
        recorded_at=now,
        texts={"reason": reason},
        pause=pause.pk,
    )
    obligations.follow(issue, now=now, as_of=at)
    acts.save(issue, now=now)
    for party in Party:
        acts.tell(
            issue,
            "pause-judged",
            cause=event,
            to=issue.people_of(party),
            now=now,
            actor=actor,
            reason=reason,
            upheld=upheld,
        )


def uphold_by_silence(issue: Issue, pause: Pause, *, now: datetime) -> None:
    """Uphold a contest that the vendor did not answer: silence favors the party that spoke last."""
    assert pause.contest_due_at is not None
    close_contest(issue, pause, upheld=True, actor=None, reason="", at=pause.contest_due_at, now=now)
