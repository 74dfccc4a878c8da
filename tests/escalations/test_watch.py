"""The watch: everything due is done once, at its own instant, whoever looks and however late (spec §5)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest

from slaportal.escalations.models import Escalation, MatrixStep, StepKind
from slaportal.escalations.selectors import unreached
from slaportal.escalations.services import acknowledge, escalate, next_look, watch, watching
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.services import classification, ending, obligations, waiting, work
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications import nudging
from slaportal.notifications.models import Message
from slaportal.policies.reckoning import Reckoning
from tests import world as worlds
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db


def agreed(world: World, level: str = "critical") -> Issue:
    """Return an issue whose level is agreed and that has been answered, so that only its resolution runs."""
    issue = report(world.bob, level=level)
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    work.comment(issue=fresh(issue), body="On it.", actor=world.sam, now=MONDAY)
    return fresh(issue)


def live_through(until: datetime) -> None:
    """Let the watch look at every instant at which something is due, as it would in real time."""
    while (instant := next_look()) is not None and instant <= until:
        watch(now=instant)


def steps_of(issue: Issue) -> list[tuple[str, datetime]]:
    """Return what ran for the resolution, in order: the step in words and its own instant."""
    ran = Escalation.objects.filter(issue=issue, obligation__metric="resolution").order_by("due_at", "pk")
    return [(one.step.when, one.due_at) for one in ran.select_related("step") if one.step]


def test_warnings_the_breach_and_silence_run_in_order_each_at_its_instant(world: World) -> None:
    issue = agreed(world)
    live_through(MONDAY + 30 * HOUR)
    assert steps_of(issue) == [
        ("50 % of the time used", MONDAY + 12 * HOUR),
        ("75 % of the time used", MONDAY + 18 * HOUR),
        ("90 % of the time used", MONDAY + 21.6 * HOUR),
        ("at the breach", MONDAY + 24 * HOUR),
        ("1 h after the breach", MONDAY + 25 * HOUR),
        ("4 h after the breach", MONDAY + 28 * HOUR),
    ]


@pytest.mark.parametrize("level", ["critical", "high"])
@pytest.mark.parametrize("metric", ["response", "resolution"])
def test_an_overdue_critical_or_high_reaches_senior_management(world: World, level: str, metric: str) -> None:
    issue = report(world.bob, level=level)
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    due = issue.obligations.get(metric=metric).due_at
    assert due is not None
    watch(now=due)
    assert Message.objects.filter(kind="escalation-step", recipient=world.vera.user).exists()


def test_the_default_matrix_leaves_no_overdue_critical_or_high_unreached(world: World) -> None:
    assert unreached() == []
    MatrixStep.objects.filter(level="high", metric="response", role="senior_management").delete()
    assert unreached() == ["High response"]


def test_looking_twice_does_everything_once(world: World) -> None:
    issue = agreed(world)
    for _ in range(3):
        watch(now=MONDAY + 24 * HOUR)
    assert len(steps_of(issue)) == 1
    assert Event.objects.filter(subject=issue.reference, kind="obligation.breached").count() == 1
    assert Message.objects.filter(kind="escalation-step").count() == 1


def test_two_watchers_that_saw_the_same_row_run_its_steps_once(world: World) -> None:
    issue = agreed(world)
    now = MONDAY + 24 * HOUR
    obligation = issue.obligations.get(metric="resolution")
    assert obligation.next_look_at is not None
    seen = obligation.next_look_at
    assert watching.look(obligation.pk, seen=seen, now=now) is True
    assert watching.look(obligation.pk, seen=seen, now=now) is False
    assert Escalation.objects.filter(obligation=obligation).count() == 1


def test_after_nine_days_of_standstill_the_breach_has_its_own_instant_and_no_stale_warning(
    world: World,
) -> None:
    issue = agreed(world)
    live_through(MONDAY)
    late = MONDAY + timedelta(days=9)
    watch(now=late)
    obligation = issue.obligations.get(metric="resolution")
    assert (obligation.breached_at, obligation.detected_at) == (MONDAY + 24 * HOUR, late)
    assert [when for when, _ in steps_of(issue)] == [
        "at the breach",
        "1 h after the breach",
        "4 h after the breach",
    ]
    assert all(one.late for one in Escalation.objects.filter(issue=issue))


def test_a_breach_that_was_resolved_before_anyone_looked_still_reaches_senior_management(
    world: World,
) -> None:
    issue = agreed(world)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY + 24.5 * HOUR)
    watch(now=MONDAY + 26 * HOUR)
    assert [when for when, _ in steps_of(issue)] == ["at the breach"]
    assert Escalation.objects.get(issue=issue).status == "cancelled"


def test_stopping_the_clock_closes_the_open_steps(world: World) -> None:
    issue = agreed(world)
    live_through(MONDAY + 24 * HOUR)
    assert Escalation.objects.filter(issue=issue).unanswered().count() == 1
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY + 24.5 * HOUR)
    live_through(MONDAY + 30 * HOUR)
    assert Escalation.objects.filter(issue=issue).unanswered().count() == 0
    assert "1 h after the breach" not in [when for when, _ in steps_of(issue)]


def test_overdue_under_a_provisional_level_escalates_without_a_published_breach(world: World) -> None:
    issue = report(world.bob, level="critical")
    at = MONDAY + timedelta(minutes=30)
    classification.counter(issue=fresh(issue), level="low", reason="Only cosmetic.", actor=world.sam, now=at)
    classification.dispute(issue=fresh(issue), reason="No common ground.", actor=world.bob, now=at)
    live_through(MONDAY + HOUR)
    response = issue.obligations.get(metric="response")
    assert (response.state, response.outcome, response.provisional) == ("breaching", "", True)
    assert Message.objects.filter(kind="escalation-step", recipient=world.vera.user).count() == 1
    assert not Message.objects.filter(kind="deadline-breached").exists()


def test_the_client_is_told_honestly_of_a_breach(world: World) -> None:
    agreed(world)
    live_through(MONDAY + 24 * HOUR)
    told = Message.objects.filter(kind="deadline-breached").values_list("recipient__name", flat=True)
    assert set(told) == {"Alice", "Bob"}


def test_a_row_that_always_raises_is_set_aside_and_stops_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = agreed(world), agreed(world)
    reckon = obligations.follow_one

    def poisoned(obligation: Obligation, **kwargs: Any) -> Reckoning:
        if obligation.issue_id == bad.pk:
            raise RuntimeError("broken beyond words")
        return reckon(obligation, **kwargs)

    monkeypatch.setattr(obligations, "follow_one", poisoned)
    watch(now=MONDAY + 24 * HOUR)
    assert good.obligations.get(metric="resolution").outcome == "breached"
    aside = bad.obligations.get(metric="resolution")
    assert (aside.outcome, aside.set_aside) == ("", "RuntimeError: broken beyond words")
    monkeypatch.undo()
    watch(now=MONDAY + 25 * HOUR)
    healed = bad.obligations.get(metric="resolution")
    assert (healed.outcome, healed.set_aside) == ("breached", "")


def test_a_paused_clock_is_left_alone_until_it_runs_again(db: None) -> None:
    world = worlds.make_world(pauses=("client",))
    issue = agreed(world)
    waiting.wait(issue=fresh(issue), on="client", reason="Send the log", actor=world.sam, now=MONDAY + HOUR)
    live_through(MONDAY + 100 * HOUR)
    assert steps_of(issue) == []
    waiting.resume(issue=fresh(issue), actor=world.sam, now=MONDAY + 101 * HOUR)
    live_through(MONDAY + 124 * HOUR)
    assert steps_of(issue)[-1] == ("at the breach", MONDAY + 124 * HOUR)


def test_an_acknowledgement_holds_back_the_next_step_for_a_time(world: World) -> None:
    issue = agreed(world)
    live_through(MONDAY + 24 * HOUR)
    breach = Escalation.objects.filter(issue=issue).unanswered().get()
    acknowledge(escalation=breach, actor=world.vera, now=MONDAY + 24.5 * HOUR)
    live_through(MONDAY + 25 * HOUR)
    assert steps_of(issue)[-1][0] == "at the breach"
    live_through(MONDAY + 25.5 * HOUR)
    assert steps_of(issue)[-1][0] == "1 h after the breach"


def test_an_escalation_is_acknowledged_once(world: World) -> None:
    issue = agreed(world)
    live_through(MONDAY + 24 * HOUR)
    breach = Escalation.objects.filter(issue=issue).unanswered().get()
    acknowledge(escalation=breach, actor=world.vera, now=MONDAY + 25 * HOUR)
    with pytest.raises(Refused, match="acknowledged already"):
        acknowledge(escalation=breach, actor=world.lena, now=MONDAY + 25 * HOUR)


def test_either_party_can_escalate_by_hand_with_a_reason_and_not_twice_at_once(world: World) -> None:
    issue = agreed(world)
    with pytest.raises(Refused, match="why"):
        escalate(issue=fresh(issue), reason=" ", actor=world.bob, now=MONDAY)
    escalate(issue=fresh(issue), reason="Our launch is on Friday.", actor=world.bob, now=MONDAY)
    assert Message.objects.filter(kind="escalation-raised", recipient=world.vera.user).count() == 1
    with pytest.raises(Refused, match="escalated already"):
        escalate(issue=fresh(issue), reason="Again.", actor=world.alice, now=MONDAY)


def test_a_reopened_clock_runs_its_steps_anew_in_a_cycle_of_its_own(world: World) -> None:
    issue = agreed(world)
    live_through(MONDAY + 12 * HOUR)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY + 13 * HOUR)
    ending.reopen(issue=fresh(issue), reason="Not fixed.", actor=world.bob, now=MONDAY + 20 * HOUR)
    live_through(MONDAY + 31 * HOUR)
    assert steps_of(issue)[-1] == ("at the breach", MONDAY + 31 * HOUR)


def test_an_escalation_reaches_somebody_even_when_nobody_holds_its_role(world: World) -> None:
    world.vera.active = False
    world.vera.save()
    agreed(world)
    live_through(MONDAY + 24 * HOUR)
    assert Message.objects.filter(kind="escalation-step", recipient=world.lena.user).exists()


def test_a_share_step_is_stored_only_with_its_percentage(world: World) -> None:
    step = MatrixStep(level="low", metric="response", ordinal=9, kind=StepKind.SHARE, role="vendor_lead")
    with pytest.raises(Exception, match="percentage"):
        step.full_clean()


def test_the_cost_of_a_look_does_not_grow_with_what_is_open(
    world: World, django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    for _ in range(5):
        agreed(world, level="low")
    live_through(MONDAY)
    with django_assert_max_num_queries(4):
        assert watch(now=MONDAY + HOUR) == 0


@pytest.mark.django_db(transaction=True)
def test_a_round_of_the_watch_rings_for_the_delivery_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world = worlds.make_world()
    issues = [agreed(world) for _ in range(4)]
    rings: list[None] = []
    monkeypatch.setattr(nudging.bell, "ring", lambda: rings.append(None))
    watch(now=MONDAY + 24 * HOUR)
    assert Message.objects.filter(kind="escalation-step").count() == len(issues)
    assert len(rings) == 1
    watch(now=MONDAY + 24 * HOUR)
    assert len(rings) == 1
