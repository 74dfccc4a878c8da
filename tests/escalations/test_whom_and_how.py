"""What a step of the matrix says beside when and whom: whether all must acknowledge, and how it tells."""

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from slaportal.escalations.models import Escalation, MatrixEdition, MatrixStep
from slaportal.escalations.selectors import still_awaited, unreached
from slaportal.escalations.services import acknowledge, hand_on, next_look, save_step, take_over, watch
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, work
from slaportal.lib.refusal import Refused
from slaportal.notifications import services as notifications
from slaportal.notifications.models import Message
from tests.world import HOUR, MONDAY, World, fresh, make_member, report

pytestmark = pytest.mark.django_db
DUE = MONDAY + 24 * HOUR


def live_through(until: datetime) -> None:
    while (instant := next_look()) is not None and instant <= until:
        watch(now=instant)


def agreed(world: World) -> Issue:
    issue = report(world.bob, level="critical")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    work.comment(issue=fresh(issue), body="On it.", actor=world.sam, now=MONDAY)
    return fresh(issue)


def change(world: World, kind: str = "breach", **columns: Any) -> None:
    step = MatrixStep.objects.filter(level="critical", metric="resolution", kind=kind).order_by("ordinal")[0]
    for name, value in columns.items():
        setattr(step, name, value)
    save_step(step=step, actor=world.lena, now=MONDAY - HOUR)


def at_the_breach(issue: Issue) -> Escalation:
    return Escalation.objects.select_related("issue__organization").get(issue=issue, step__kind="breach")


def steps_that_ran(issue: Issue) -> list[str]:
    ran = Escalation.objects.filter(issue=issue).exclude(status="told").order_by("fired_at", "pk")
    return [one.step.when for one in ran if one.step]


def test_where_all_must_acknowledge_one_alone_holds_nothing_back(world: World) -> None:
    victor = make_member("Victor", world.vendor, "senior_management")
    change(world, all_acknowledge=True)
    issue = agreed(world)
    live_through(DUE)
    acknowledge(escalation=at_the_breach(issue), actor=world.vera, now=DUE + 0.5 * HOUR)
    assert at_the_breach(issue).status == "open"
    assert still_awaited(at_the_breach(issue)) == [victor.user]
    assert not Message.objects.filter(kind="escalation-acknowledged").exists()
    live_through(DUE + HOUR)
    assert steps_that_ran(issue) == ["at the breach", "1 h after the breach"]


def test_the_last_of_all_takes_it_in_hand_and_holds_the_next_step(world: World) -> None:
    victor = make_member("Victor", world.vendor, "senior_management")
    change(world, all_acknowledge=True)
    issue = agreed(world)
    live_through(DUE)
    acknowledge(escalation=at_the_breach(issue), actor=world.vera, now=DUE + 0.25 * HOUR)
    acknowledge(escalation=at_the_breach(issue), actor=victor, now=DUE + 0.5 * HOUR)
    taken = at_the_breach(issue)
    assert (taken.status, taken.acknowledged_by) == ("acknowledged", victor)
    live_through(DUE + HOUR)
    assert steps_that_ran(issue) == ["at the breach"]
    # An acknowledgement of a Critical one holds for an hour.
    live_through(DUE + 1.5 * HOUR)
    assert steps_that_ran(issue) == ["at the breach", "1 h after the breach"]


def test_nobody_acknowledges_twice_and_who_has_left_is_not_waited_for(world: World) -> None:
    victor = make_member("Victor", world.vendor, "senior_management")
    change(world, all_acknowledge=True)
    issue = agreed(world)
    live_through(DUE)
    acknowledge(escalation=at_the_breach(issue), actor=world.vera, now=DUE)
    with pytest.raises(Refused, match="others still have to"):
        acknowledge(escalation=at_the_breach(issue), actor=world.vera, now=DUE)
    victor.active = False
    victor.save()
    assert still_awaited(at_the_breach(issue)) == []


def test_handed_on_the_one_who_got_it_is_enough(world: World) -> None:
    make_member("Victor", world.vendor, "senior_management")
    change(world, all_acknowledge=True)
    issue = agreed(world)
    live_through(DUE)
    hand_on(
        escalation=at_the_breach(issue), to=world.lena, sentence="You know it.", actor=world.vera, now=DUE
    )
    take_over(escalation=at_the_breach(issue), actor=world.lena, now=DUE)
    assert at_the_breach(issue).status == "acknowledged"


def test_a_repeated_message_goes_only_to_those_who_have_not_acknowledged(world: World) -> None:
    victor = make_member("Victor", world.vendor, "senior_management")
    change(world, all_acknowledge=True, repeat_minutes=10, repeat_times=1)
    issue = agreed(world)
    live_through(DUE)
    acknowledge(escalation=at_the_breach(issue), actor=world.vera, now=DUE)
    live_through(DUE + 0.2 * HOUR)
    told = Message.objects.filter(kind="escalation-step").values_list("recipient__name", flat=True)
    assert sorted(told) == ["Vera", "Victor", "Victor"]
    assert victor.user.name == "Victor"


def test_a_matrix_that_changes_later_does_not_change_what_has_run(world: World) -> None:
    make_member("Victor", world.vendor, "senior_management")
    issue = agreed(world)
    live_through(DUE)
    change(world, all_acknowledge=True)
    acknowledge(escalation=at_the_breach(issue), actor=world.vera, now=DUE)
    assert at_the_breach(issue).status == "acknowledged"


def test_a_step_for_the_inbox_sends_no_mail(world: World) -> None:
    change(world, kind="share", channel="inbox")
    agreed(world)
    live_through(MONDAY + 12 * HOUR)
    while notifications.deliver(now=MONDAY + 12 * HOUR):
        pass
    warning = Message.objects.get(kind="deadline-warning", recipient=world.sam.user)
    assert (warning.way, warning.status) == ("inbox", "sent")
    assert "inbox only" in warning.last_error


def test_senior_management_must_be_reached_by_mail(world: World) -> None:
    MatrixStep.objects.filter(level="critical", metric="resolution", kind="after").delete()
    with pytest.raises(Refused, match="senior management"):
        change(world, channel="inbox")
    step = MatrixStep.objects.get(level="critical", metric="resolution", kind="breach")
    assert unreached() == []
    step.channel = "inbox"
    assert unreached([step])[1] == "Critical resolution"


def test_nobody_has_to_acknowledge_a_warning(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        MatrixStep.objects.filter(kind="share").update(all_acknowledge=True)


def test_the_client_reads_both_on_the_agreement_and_in_the_edition(world: World) -> None:
    change(world, all_acknowledge=True)
    change(world, kind="share", channel="inbox")
    words = {step["more"] for step in MatrixEdition.objects.latest("number").steps}
    assert words == {"", "all must acknowledge", "in the inbox only"}
