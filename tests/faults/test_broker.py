"""Celery is the bell, never the memory: workers killed, two schedules at once, the broker emptied, killed, absent."""

import random
from collections.abc import Callable

import pytest

from slaportal.escalations.models import Escalation
from slaportal.notifications.models import Heartbeat
from tests.faults.counting import Tally
from tests.faults.ending import finished
from tests.faults.molds import all_overdue, mold_and_quiet, overdue
from tests.faults.stage import Stage, wait_until

pytestmark = pytest.mark.postgres


def rung() -> bool:
    """Whether a worker has heard the bell."""
    return Heartbeat.objects.filter(name="beat").exists()


def nothing() -> None:
    """Let it be."""


def trouble(
    stage: Stage, *roles: str, troubles: list[Callable[[], None]], dues: int, chance: random.Random
) -> Tally:
    """Start without a broker, then let issues fall due in portions and trouble come somewhere in each."""
    mold, quiet = mold_and_quiet()
    for role in roles:
        stage.start(role)
    stage.start_broker()
    heard = 8.0 if "beat" in roles else 0.5
    wait_until(rung, seconds=heard)
    portion = max(1, dues // len(troubles))
    for number, make in enumerate(troubles):
        before = Escalation.objects.count()
        overdue(mold, f"{number:05}", portion)
        wait_until(lambda before=before: Escalation.objects.count() > before, seconds=heard)  # type: ignore[misc]
        wait_until(lambda: False, seconds=chance.uniform(0, 0.1))
        make()
    patience = 40.0 if "beat" in roles else 3.0
    return finished(stage, "worker, two beats, broker", quiet=quiet, issues=all_overdue(), patience=patience)


def test_killed_workers_and_an_emptied_killed_or_absent_broker_lose_and_double_nothing(
    stage: Stage, kills: int, dues: int, chance: random.Random
) -> None:
    def away() -> None:
        stage.stop_broker()
        wait_until(lambda: False, seconds=0.5)
        stage.start_broker()

    troubles = [lambda: stage.kill_one(chance, "worker"), stage.flush_broker, away] * max(1, kills // 4)
    chance.shuffle(troubles)
    tally = trouble(stage, "worker", "beat", "beat", troubles=troubles, dues=dues, chance=chance)
    tally.holds()


def test_the_scenario_notices_that_no_schedule_rings(stage: Stage, chance: random.Random) -> None:
    tally = trouble(stage, "worker", troubles=[nothing], dues=3, chance=chance)
    tally.fails("late", "lost")
