"""Watch and delivery without any broker, killed at any point under load."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from bench.filling import copies, pattern
from slaportal.escalations.services import watching
from slaportal.issues.models import Issue, Obligation
from slaportal.notifications.models import Message
from tests.faults.counting import Tally, compared, delivered
from tests.faults.stage import PATIENCE, Stage, wait_until
from tests.world import HOUR, make_world

pytestmark = pytest.mark.postgres


def clock() -> datetime:
    """The instant that the processes read too."""
    return datetime.now(UTC)


def missed_pattern() -> tuple[Issue, Issue]:
    """Return an answered Critical issue whose resolution is ten minutes overdue, unnoticed, and its quiet twin."""
    original = pattern(
        make_world(), level="critical", answered=True, at=clock() - 24 * HOUR - timedelta(minutes=10)
    )
    Message.objects.all().delete()
    quiet = copies(original, prefix="QUIET", count=1).get()
    looks = Obligation.objects.exclude(next_look_at=None)
    for obligation in looks.filter(issue=quiet):
        watching.look(obligation.pk, seen=obligation.next_look_at, now=clock())
    # The original is only the mold: nobody is to look at it.
    looks.filter(issue=original).update(next_look_at=clock() + timedelta(days=999))
    Issue.objects.filter(pk=original.pk).update(answer_due_at=None)
    return original, quiet


def waiting() -> int:
    """Return how many looks are due and not done."""
    return Obligation.objects.due_for_a_look(clock()).count()


def killing(
    stage: Stage, mold: Issue, *, kills: int, dues: int, chance: random.Random, roles: tuple[str, ...] = ()
) -> list[Issue]:
    """Let issues fall due in `kills` portions and kill a process of `roles` somewhere in each; return them."""
    mold_looks = {one.pk: one.next_look_at for one in mold.obligations.all()}
    assert mold_looks
    portion = max(1, dues // kills)
    for number in range(kills):
        overdue(mold, f"{number:05}", portion)
        wait_until(lambda: waiting() < portion, seconds=5)
        pause = chance.uniform(0, 0.01 * portion)
        wait_until(lambda: False, seconds=pause)
        stage.kill_one(chance, *roles)
    return list(Issue.objects.filter(reference__regex=r"^ISS-U[0-9]"))


def overdue(mold: Issue, prefix: str, count: int) -> None:
    """Let `count` copies of `mold` be due for a look now."""
    made = copies(mold, prefix=prefix, count=count)
    Obligation.objects.filter(issue__in=made, stopped_at=None).update(next_look_at=clock())


def finished(stage: Stage, tally: Tally, *, quiet: Issue, issues: list[Issue]) -> Tally:
    """Wait until nothing is due any more, end everything, count."""
    wait_until(lambda: not waiting(), seconds=PATIENCE)
    late = waiting()
    pending = Message.objects.filter(status=Message.Status.PENDING)
    wait_until(lambda: not pending.filter(not_before__lte=clock()).exists(), seconds=PATIENCE)
    # What is still pending has a lease: of somebody who sends right now, or of somebody dead.
    wait_until(lambda: not pending.exists(), seconds=1)
    tally = replace(tally, late=late, kills=stage.kills)
    stage.end_all()
    return delivered(compared(tally, quiet=quiet, issues=issues), sink=stage.sink, now=clock())


def scenario(stage: Stage, name: str, *sabotage: str, kills: int, dues: int, chance: random.Random) -> Tally:
    """Two watchers and two deliverers; kill, replace, count."""
    mold, quiet = missed_pattern()
    for role in ("watch", "watch", "deliver", "deliver"):
        stage.start(role, *sabotage)
    issues = killing(stage, mold, kills=kills, dues=dues, chance=chance)
    return finished(stage, Tally(name, due=0), quiet=quiet, issues=issues)


def test_killed_watchers_and_deliverers_lose_and_double_nothing(
    stage: Stage, kills: int, dues: int, chance: random.Random
) -> None:
    scenario(stage, "kill watch, deliver", kills=kills, dues=dues, chance=chance).holds()


def test_the_scenario_notices_a_claim_that_is_committed_before_the_act(
    stage: Stage, kills: int, dues: int, chance: random.Random
) -> None:
    tally = scenario(stage, "kill watch, deliver", "claim_apart", kills=kills, dues=dues, chance=chance)
    tally.fails("lost")


def test_the_scenario_notices_messages_marked_before_they_are_sent(
    stage: Stage, kills: int, dues: int, chance: random.Random
) -> None:
    tally = scenario(stage, "kill watch, deliver", "mark_before_send", kills=kills, dues=dues, chance=chance)
    tally.fails("lost")


def many_at_once(stage: Stage, *sabotage: str, dues: int) -> Tally:
    """Three watchers and three deliverers see the same rows at the same time; nobody is killed."""
    mold, quiet = missed_pattern()
    for role in ("watch", "deliver") * 3:
        stage.start(role, *sabotage)
    overdue(mold, "00000", dues)
    issues = list(Issue.objects.filter(reference__regex=r"^ISS-U[0-9]"))
    return finished(stage, Tally("three watchers, three deliverers", due=0), quiet=quiet, issues=issues)


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
