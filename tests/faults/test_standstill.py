"""The watch away for an hour, a day, nine days: everything is caught up, each thing at its own instant, once."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from slaportal.escalations.models import Escalation, StepKind
from slaportal.escalations.services import next_look, watch
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.services import acts, classification, ending, obligations, work
from slaportal.ledger.models import Event
from tests.faults.counting import Tally
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
STANDSTILLS = pytest.mark.parametrize(
    "away", [HOUR, timedelta(days=1), timedelta(days=9)], ids=["one hour", "one day", "nine days"]
)
STOPPED = MONDAY + HOUR / 2

# What time alone does; the instant at which somebody looked must not show in it.
BY_TIME = (
    "obligation.breached",
    "classification.lapsed",
    "level.governs",
    "issue.confirmed",
    "issue.closed",
)
Facts = Counter[tuple[object, ...]]


def some_issues(world: World) -> None:
    """Report issues of every level: unanswered, agreed and answered, resolved and waiting for the client's yes."""
    for level in ("critical", "high", "medium", "low"):
        for state in ("reported", "agreed", "resolved"):
            issue = report(world.bob, level=level, title=f"{level} {state}")
            if state != "reported":
                classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
                work.comment(issue=fresh(issue), body="On it.", actor=world.sam, now=MONDAY)
            if state == "resolved":
                ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY)


def in_real_time(until: datetime) -> None:
    """Look at every instant at which something is due."""
    while (instant := next_look()) is not None and instant <= until:
        watch(now=instant)


def after_a_standstill(until: datetime) -> None:
    """Look until `STOPPED`, then not until `until`."""
    in_real_time(STOPPED)
    while watch(now=until):
        pass


def facts() -> Facts:
    """Return what is on record by time, with each thing's own instant, and how each clock stands."""
    titles = dict(Issue.objects.values_list("reference", "title"))
    events = Event.objects.filter(kind__in=BY_TIME).values_list("subject", "kind", "at")
    steps = Escalation.objects.exclude(step__kind=StepKind.SHARE)
    return Counter(
        [
            *((titles[subject], kind, at) for subject, kind, at in events),
            *steps.values_list("issue__title", "obligation__metric", "step__ordinal", "due_at"),
            *Obligation.objects.values_list("issue__title", "metric", "level", "state", "due_at", "outcome"),
        ]
    )


def lived(world: World, live: Callable[[datetime], None], until: datetime) -> tuple[Facts, int]:
    """Live through the same story in a world that is undone afterwards; its facts, and how many warnings came late.

    A warning is late when it is told of a clock that has stopped or is overdue by then.
    """
    with transaction.atomic():
        some_issues(world)
        live(until)
        found = facts()
        warned = Escalation.objects.filter(step__kind=StepKind.SHARE, fired_at=until, due_at__lt=STOPPED)
        stale = warned.exclude(obligation__state="running").count()
        transaction.set_rollback(True)
    return found, stale


def scenario(world: World, away: timedelta) -> Tally:
    """Compare a watch that stood still for `away` with one that never did."""
    until = STOPPED + away
    expected, _ = lived(world, in_real_time, until)
    found, late = lived(world, after_a_standstill, until)
    return Tally(
        f"standstill of {away}",
        due=expected.total(),
        lost=(expected - found).total(),
        doubled=(found - expected).total(),
        late=late,
    )


@STANDSTILLS
def test_after_a_standstill_all_is_as_if_the_watch_had_never_been_away(world: World, away: timedelta) -> None:
    scenario(world, away).holds()


def test_the_scenario_notices_breaches_recorded_when_they_are_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(obligation: Obligation, *, now: datetime) -> None:
        acts.record(obligation.issue, "obligation.breached", actor=None, at=now)

    monkeypatch.setattr(obligations, "_record_breach", record)
    scenario(world, timedelta(days=1)).fails("lost", "doubled")
