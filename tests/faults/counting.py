"""What a scenario counts: everything that one issue left behind in quiet, compared with what each left under faults."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from slaportal.escalations.models import Escalation
from slaportal.issues.models import Issue, Obligation
from slaportal.ledger.models import Event
from slaportal.notifications import services as notifications
from slaportal.notifications.models import Message
from tests.faults.sink import Sink

Records = Counter[tuple[object, ...]]


@dataclass(frozen=True)
class Tally:
    """The result of one scenario. `due`: things that had to happen once, by issue or form."""

    scenario: str
    due: int
    lost: int = 0
    doubled: int = 0
    late: int = 0
    repeats: int = 0
    kills: int = 0
    sent: int = 0

    def __str__(self) -> str:
        bound = f"each zero: below {3 / max(1, self.due):.2g} of the dues (3/n, 95 %)"
        return (
            f"{self.scenario}: {self.due} due, {self.lost} lost, {self.doubled} doubled, {self.late} late; "
            f"{self.sent} mails, {self.repeats} repeated, {self.kills} kills; {bound}"
        )

    def holds(self) -> None:
        """Print the line and insist on it."""
        print(f"\n{self}", flush=True)
        assert self.due > 0
        assert (self.lost, self.doubled, self.late) == (0, 0, 0), str(self)
        assert self.repeats <= self.kills, str(self)

    def fails(self, *names: str) -> None:
        """Print the line and insist that the sabotage shows in each of `names`."""
        print(f"\nsabotaged {self}", flush=True)
        for name in names:
            assert getattr(self, name) > 0, f"The sabotage was not noticed: {self}"


def records(issues: Iterable[Issue]) -> dict[str, Records]:
    """Return what each issue has on record, by reference; instants are counted from its submission."""
    start = {issue.reference: issue.submitted_at for issue in issues}
    found: dict[str, Records] = defaultdict(Counter)
    for subject, kind, at in Event.objects.filter(subject__in=start).values_list("subject", "kind", "at"):
        found[subject]["event", kind, at - start[subject]] += 1
    mine = {"issue__reference__in": start}
    for subject, step, cycle, at in Escalation.objects.filter(**mine).values_list(
        "issue__reference", "step", "cycle", "due_at"
    ):
        found[subject]["escalation", step, cycle, at - start[subject]] += 1
    for subject, metric, state, outcome, aside, missed in Obligation.objects.filter(**mine).values_list(
        "issue__reference", "metric", "state", "outcome", "set_aside", "breached_at"
    ):
        since = missed - start[subject] if missed else None
        found[subject]["obligation", metric, state, outcome, aside, since] += 1
    for subject, kind, person in Message.objects.filter(subject_reference__in=start).values_list(
        "subject_reference", "kind", "recipient"
    ):
        found[subject]["message", kind, person] += 1
    return found


def compared(tally: Tally, *, quiet: Issue, issues: Iterable[Issue]) -> Tally:
    """Return `tally` with what `issues` lack, and have too much of, beside the issue that nobody disturbed."""
    issues = list(issues)
    expected = records([quiet])[quiet.reference]
    found = records(issues)
    lost = doubled = 0
    for issue in issues:
        lost += (expected - found[issue.reference]).total()
        doubled += (found[issue.reference] - expected).total()
    return replace(tally, due=len(issues), lost=tally.lost + lost, doubled=tally.doubled + doubled)


def delivered(tally: Tally, *, sink: Sink, now: datetime) -> Tally:
    """Deliver what is left once every lease has ended; count what reached the mail server never or again."""
    later = now + notifications.LEASE + timedelta(hours=9)
    while notifications.deliver(now=later):
        pass
    arrived = sink.counted()
    owed = set(Message.objects.values_list("message_id", flat=True))
    return replace(
        tally,
        sent=arrived.total(),
        lost=tally.lost + len(owed - set(arrived)),
        repeats=arrived.total() - len(arrived),
    )
