"""What happens to an issue by time alone, each at its own instant however late it is noticed."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from django.db import transaction

from slaportal.issues.models import Issue, Pause
from slaportal.issues.services import acts, closing, judging, obligations, settling

Change = Callable[[], None]


def catch_up(issue: Issue, *, now: datetime) -> int:
    """Do everything that time alone has decided on `issue` up to `now`, in order; return how many changes.

    Every act calls this first, so it never depends on how late the watch is. The caller has claimed the issue.
    Each period ends with the clocks as of that instant: a later one may move what is due in between. What the clocks
    alone have decided, breaches, comes last and is recorded at its own due instant.
    """
    done = 0
    while due := sorted(_due(issue, now), key=lambda pair: pair[0]):
        due[0][1]()
        done += 1
    if obligations.is_behind(issue, now=now):
        obligations.follow(issue, now=now)
        done += 1
    return done


@transaction.atomic
def let_time_pass(issue: Issue, *, now: datetime) -> int:
    """Catch up on `issue` as an act of its own: the watch calls this for issues with a period that has ended."""
    acts.claim(issue)
    return catch_up(issue, now=now)


def _due(issue: Issue, now: datetime) -> Iterator[tuple[datetime, Change]]:
    """Yield the changes that are due by `now` with their instants."""
    if issue.answer_due_at is not None and issue.answer_due_at <= now:
        yield issue.answer_due_at, partial(settling.lapse, issue, now=now)
    if issue.confirm_by is not None and issue.confirm_by <= now:
        yield issue.confirm_by, partial(closing.confirm_by_silence, issue, now=now)
    for pause in issue.pauses.filter(contest=Pause.Contest.OPEN, contest_due_at__lte=now):
        assert pause.contest_due_at is not None
        yield pause.contest_due_at, partial(judging.uphold_by_silence, issue, pause, now=now)
