"""Watch and delivery without any broker, killed at any point under load."""

import random

import pytest
from django.db import connection

from slaportal.issues.models import Issue
from tests.faults.counting import Tally
from tests.faults.ending import finished
from tests.faults.molds import all_overdue, mold_and_quiet, overdue, waiting
from tests.faults.stage import Stage, wait_until

pytestmark = pytest.mark.postgres


def killing(
    stage: Stage, mold: Issue, *, kills: int, dues: int, chance: random.Random, roles: tuple[str, ...] = ()
) -> list[Issue]:
    """Let issues fall due in `kills` portions and kill a process of `roles` somewhere in each; return them."""
    portion = max(1, dues // kills)
    for number in range(kills):
        overdue(mold, f"{number:05}", portion)
        wait_until(lambda: waiting() < portion, seconds=5)
        pause = chance.uniform(0, 0.01 * portion)
        wait_until(lambda: False, seconds=pause)
        stage.kill_one(chance, *roles)
    return all_overdue()


def scenario(
    stage: Stage,
    name: str,
    *sabotage: str,
    kills: int,
    dues: int,
    chance: random.Random,
    roles: tuple[str, ...] = (),
) -> Tally:
    """Two watchers and two deliverers; kill, replace, count."""
    mold, quiet = mold_and_quiet()
    for role in ("watch", "watch", "deliver", "deliver"):
        stage.start(role, *sabotage)
    issues = killing(stage, mold, kills=kills, dues=dues, chance=chance, roles=roles)
    return finished(stage, name, quiet=quiet, issues=issues)


def test_killed_watchers_and_deliverers_lose_and_double_nothing(
    stage: Stage, kills: int, dues: int, chance: random.Random
) -> None:
    scenario(stage, "kill watch, deliver", kills=kills, dues=dues, chance=chance).holds()


def test_the_scenario_notices_a_claim_that_is_committed_before_the_act(
    stage: Stage, kills: int, dues: int, chance: random.Random
) -> None:
    tally = scenario(
        stage, "kill watch", "claim_apart", kills=kills, dues=dues, chance=chance, roles=("watch",)
    )
    tally.fails("lost")


def test_the_scenario_notices_messages_marked_before_they_are_sent(
    stage: Stage, kills: int, dues: int, chance: random.Random
) -> None:
    tally = scenario(
        stage, "kill deliver", "mark_before_send", kills=kills, dues=dues, chance=chance, roles=("deliver",)
    )
    tally.fails("lost")


def many_at_once(stage: Stage, *sabotage: str, dues: int) -> Tally:
    """Three watchers and three deliverers see the same rows at the same time; nobody is killed."""
    mold, quiet = mold_and_quiet()
    for role in ("watch", "deliver") * 3:
        stage.start(role, *sabotage)
    overdue(mold, "00000", dues)
    return finished(stage, "three watchers, three deliverers", quiet=quiet, issues=all_overdue())


def test_three_watchers_at_once_do_everything_once(stage: Stage, dues: int) -> None:
    tally = many_at_once(stage, dues=dues)
    tally.holds()


def test_the_scenario_notices_that_nobody_claims(stage: Stage, dues: int) -> None:
    without = "ALTER TABLE escalations_escalation DROP CONSTRAINT escalation_once_per_step"
    again = (
        "TRUNCATE escalations_escalation CASCADE; ALTER TABLE escalations_escalation "
        "ADD CONSTRAINT escalation_once_per_step UNIQUE (obligation_id, cycle, step_id)"
    )
    with connection.cursor() as cursor:
        cursor.execute(without)
        try:
            many_at_once(stage, "no_claim", dues=dues).fails("doubled")
        finally:
            cursor.execute(again)


def test_the_scenario_notices_that_nobody_leases(stage: Stage, dues: int) -> None:
    tally = many_at_once(stage, "no_lease", dues=dues)
    assert tally.kills == 0 < tally.repeats
