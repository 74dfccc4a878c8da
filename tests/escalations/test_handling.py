"""What the receiver of an escalation does with it: by page, by the link of the mail, alone or with others (spec §5)."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations import links
from slaportal.escalations.models import Escalation, MatrixStep
from slaportal.escalations.services import (
    acknowledge,
    close_escalation,
    enter_absence,
    escalate,
    hand_on,
    next_look,
    take_over,
    watch,
)
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, ending, work
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.world import HOUR, MONDAY, World, fresh, make_member, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
DUE = MONDAY + 24 * HOUR
NOW = DUE + timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _half_an_hour_late() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def agreed(world: World) -> Issue:
    issue = report(world.bob, level="critical")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    work.comment(issue=fresh(issue), body="On it.", actor=world.sam, now=MONDAY)
    return fresh(issue)


def late(world: World) -> Escalation:
    """The escalation to senior management of a Critical issue that is due now."""
    agreed(world)
    watch(now=DUE)
    return stored(Escalation.objects.get(role="senior_management"))


def stored(one: Escalation) -> Escalation:
    return Escalation.objects.select_related("issue__organization", "issue__agreement", "obligation").get(
        pk=one.pk
    )


def by_hand(world: World) -> Escalation:
    issue = report(world.bob)
    return escalate(issue=fresh(issue), reason="Auditors are here.", actor=world.bob, now=NOW)


def link_in_mail(kind: str = "escalation-step") -> str:
    return str(Message.objects.filter(kind=kind).latest("pk").context["ack_url"])


# --- the one-click link


def test_opening_the_link_changes_nothing_and_one_click_acknowledges_without_signing_in(
    world: World, client: Client
) -> None:
    one = late(world)
    address = link_in_mail()
    assert "I have it – as Vera" in client.get(address).content.decode()
    assert stored(one).status == "open"
    assert client.post(address).status_code == 302
    assert stored(one).acknowledged_by == world.vera
    assert "Vera, you have it in hand" in client.get(address).content.decode()


def test_clicking_again_says_who_has_it(world: World, client: Client) -> None:
    one = late(world)
    acknowledge(escalation=one, actor=world.lena, now=NOW)
    response = client.post(link_in_mail())
    assert response.status_code == 409
    assert "Lena has it in hand already" in response.content.decode()
    assert Event.objects.filter(kind="escalation.acknowledged").count() == 1


@pytest.mark.parametrize("change", [lambda token: token[:-2] + "xx", lambda token: "x" + token[1:]])
def test_a_link_that_was_changed_is_closed(
    world: World, client: Client, change: Callable[[str], str]
) -> None:
    one = late(world)
    head, _, token = link_in_mail().rpartition("/")
    assert client.post(f"{head}/{change(token)}").status_code == 410
    assert stored(one).status == "open"


def test_a_link_holds_for_three_days(world: World) -> None:
    one = late(world)
    token = links.path_for(escalation=one.pk, user=world.vera.user_id, now=DUE).rpartition("/")[2]
    assert links.read(token, now=DUE + timedelta(days=3)) is not None
    assert links.read(token, now=DUE + timedelta(days=3, seconds=1)) is None


def test_a_link_closes_with_the_person_s_access(world: World, client: Client) -> None:
    one = late(world)
    Membership.objects.filter(pk=world.vera.pk).update(active=False)
    assert client.post(link_in_mail()).status_code == 410
    assert stored(one).status == "open"


def test_each_person_gets_a_link_of_their_own(world: World) -> None:
    make_member("Max", world.vendor, "senior_management")
    late(world)
    found = Message.objects.filter(kind="escalation-step").values_list("context__ack_url", flat=True)
    assert len(set(found)) == 2


def test_an_escalation_by_hand_has_a_link_too(world: World, client: Client) -> None:
    one = by_hand(world)
    assert "Auditors are here." in client.get(link_in_mail("escalation-raised")).content.decode()
    client.post(link_in_mail("escalation-raised"))
    assert stored(one).acknowledged_by == world.vera


# --- the page


def test_the_page_says_what_is_late_by_how_much_and_who_works_on_it(world: World, client_for: SignIn) -> None:
    one = late(world)
    work.assign(issue=fresh(one.issue), to=world.sam, actor=world.lena, now=NOW)
    text = client_for(world.vera).get(f"/escalations/{one.pk}").content.decode()
    assert one.issue.reference in text
    assert "Overdue by 30 min" in text
    assert "reason missing" in text
    assert "Sam" in text
    assert "Escalated to senior management" in text


def test_a_stranger_does_not_find_it_and_the_client_reads_without_acts(
    world: World, client_for: SignIn
) -> None:
    one = late(world)
    assert client_for(world.charlie).get(f"/escalations/{one.pk}").status_code == 404
    text = client_for(world.alice).get(f"/escalations/{one.pk}").content.decode()
    assert one.issue.title in text
    assert "I have it" not in text
    assert "Hand on" not in text
    assert client_for(world.alice).post(f"/escalations/{one.pk}/take-over").status_code == 403


def test_taking_over_assigns_the_issue_and_acknowledges(world: World, client_for: SignIn) -> None:
    one = late(world)
    assert client_for(world.lena).post(f"/escalations/{one.pk}/take-over").status_code == 302
    assert stored(one).acknowledged_by == world.lena
    assert fresh(one.issue).assigned_to == world.lena


def test_a_manager_who_may_not_work_on_issues_cannot_take_over(world: World) -> None:
    one = late(world)
    with pytest.raises(NotAllowed):
        take_over(escalation=one, actor=world.vera, now=NOW)
    assert stored(one).status == "open"


def test_a_comment_on_the_page_reaches_the_client(world: World, client_for: SignIn) -> None:
    one = late(world)
    body = {"body": "I look after this myself."}
    assert client_for(world.vera).post(f"/escalations/{one.pk}/comment", body).status_code == 302
    assert one.issue.comments.latest("pk").body == "I look after this myself."


def test_handing_on_asks_the_next_person_and_nobody_has_it_meanwhile(
    world: World, client_for: SignIn
) -> None:
    one = late(world)
    acknowledge(escalation=one, actor=world.vera, now=NOW)
    given = {"to": world.lena.pk, "sentence": "Lena knows this client."}
    assert client_for(world.vera).post(f"/escalations/{one.pk}/hand-on", given).status_code == 302
    assert (stored(one).status, stored(one).handed_to) == ("open", world.lena)
    assert Message.objects.get(kind="escalation-handed").recipient == world.lena.user
    acknowledge(escalation=stored(one), actor=world.lena, now=NOW)
    assert stored(one).acknowledged_by == world.lena


def test_handing_on_to_a_person_who_is_away_is_refused(world: World) -> None:
    one = late(world)
    enter_absence(
        member=world.lena,
        begins_at=MONDAY,
        ends_at=NOW + HOUR,
        deputy=None,
        actor=world.lena,
        now=MONDAY,
    )
    with pytest.raises(Refused, match="Lena is away now"):
        hand_on(escalation=one, to=world.lena, sentence="Yours.", actor=world.vera, now=NOW)


@pytest.mark.parametrize("name", ["vera", "ada", "alice"])
def test_it_is_handed_on_only_to_another_who_may_acknowledge(world: World, name: str) -> None:
    one = late(world)
    with pytest.raises(Refused):
        hand_on(escalation=one, to=getattr(world, name), sentence="Yours.", actor=world.vera, now=NOW)


def test_handing_on_without_a_sentence_comes_back_with_the_person_chosen(
    world: World, client_for: SignIn
) -> None:
    one = late(world)
    response = client_for(world.vera).post(f"/escalations/{one.pk}/hand-on", {"to": world.lena.pk})
    assert response.status_code == 422
    assert f'value="{world.lena.pk}" selected' in response.content.decode()


def test_an_escalation_by_hand_is_closed_with_an_outcome_that_both_parties_read(
    world: World, client_for: SignIn
) -> None:
    one = by_hand(world)
    vera = client_for(world.vera)
    assert vera.post(f"/escalations/{one.pk}/close", {"outcome": ""}).status_code == 422
    given = {"outcome": "Two more people work on it."}
    assert vera.post(f"/escalations/{one.pk}/close", given).status_code == 302
    assert (stored(one).status, stored(one).acknowledged_by) == ("closed", world.vera)
    assert "Two more people" in client_for(world.bob).get(f"/issues/{one.issue.reference}").content.decode()
    assert Message.objects.filter(kind="escalation-closed", recipient=world.bob.user).exists()
    with pytest.raises(Refused, match="closed with an outcome already"):
        close_escalation(escalation=stored(one), outcome="Again.", actor=world.vera, now=NOW)


def test_after_an_outcome_one_may_escalate_again(world: World) -> None:
    one = by_hand(world)
    close_escalation(escalation=stored(one), outcome="Done.", actor=world.vera, now=NOW)
    again = escalate(issue=fresh(one.issue), reason="It is back.", actor=world.alice, now=NOW)
    assert again.status == "open"


def test_a_step_of_the_matrix_is_not_closed_by_a_person(world: World) -> None:
    one = late(world)
    with pytest.raises(Refused, match="ends when its clock is decided"):
        close_escalation(escalation=one, outcome="Enough.", actor=world.vera, now=NOW)


def test_nothing_is_closed_without_an_outcome(world: World) -> None:
    one = by_hand(world)
    with pytest.raises(IntegrityError, match="escalation_closed_with_an_outcome"), transaction.atomic():
        Escalation.objects.filter(pk=one.pk).update(
            status="closed",
            acknowledged_by=world.vera,
            acknowledged_at=NOW,
            closed_by=world.vera,
            closed_at=NOW,
        )


# --- repeating


def repeating(times: int) -> None:
    MatrixStep.objects.filter(level="critical", metric="resolution", kind="breach").update(
        repeat_minutes=10, repeat_times=times
    )


def asked() -> int:
    return Message.objects.filter(kind="escalation-step").count()


def live_through(hours: float) -> None:
    while (instant := next_look()) is not None and instant <= MONDAY + hours * HOUR:
        watch(now=instant)


def test_a_step_is_repeated_as_often_as_the_matrix_says_while_nobody_answers(world: World) -> None:
    repeating(3)
    agreed(world)
    live_through(24.9)
    assert asked() == 1 + 3
    assert Escalation.objects.get(role="senior_management").repeated == 3


def test_an_acknowledgement_ends_the_repeating(world: World) -> None:
    repeating(3)
    agreed(world)
    live_through(24.2)
    assert asked() == 2
    one = stored(Escalation.objects.get(role="senior_management"))
    acknowledge(escalation=one, actor=world.vera, now=MONDAY + 24.25 * HOUR)
    live_through(24.9)
    assert asked() == 2


def test_a_watch_that_stood_still_repeats_once(world: World) -> None:
    repeating(3)
    agreed(world)
    live_through(24)
    for _ in range(2):
        watch(now=MONDAY + 24.9 * HOUR)
    assert asked() == 2


def test_a_clock_that_stopped_repeats_nothing(world: World) -> None:
    repeating(3)
    issue = agreed(world)
    live_through(24)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY + 24.1 * HOUR)
    live_through(24.9)
    assert asked() == 1


def test_a_warning_is_never_repeated(world: World) -> None:
    with pytest.raises(IntegrityError, match="matrix_step_repeats"), transaction.atomic():
        MatrixStep.objects.filter(kind="share").update(repeat_minutes=10, repeat_times=1)
