"""Exceptions on pages: asked for, approved by another person, answered by the client; a missing reason shows."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.escalations.models import SlaException
from slaportal.escalations.selectors import PlanStep, plan_steps
from slaportal.escalations.services import watch
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, work
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
TYPED = {
    "metric": "resolution",
    "effect": "waived",
    "cause": "technical_challenge",
    "reason": "The upstream fix is late.",
    "plan": "Sam checks daily; a workaround is in place.",
}


@pytest.fixture(autouse=True)
def _a_day_later() -> Iterator[None]:
    with time_machine.travel(MONDAY + 30 * HOUR, tick=False):
        yield


@pytest.fixture
def late(world: World) -> Issue:
    """A Critical issue of acme whose resolution is six hours late."""
    issue = report(world.bob, level="critical")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY + timedelta(minutes=5))
    work.comment(issue=fresh(issue), body="On it.", actor=world.sam, now=MONDAY + timedelta(minutes=6))
    watch(now=MONDAY + 24 * HOUR + timedelta(seconds=2))
    return issue


def answer(client: Client, act: str, **typed: str) -> int:
    found = SlaException.objects.get()
    return client.post(reverse("escalations:answer-exception", args=[found.pk, act]), typed).status_code


def test_a_breach_without_a_reason_says_so_to_both_parties(
    late: Issue, world: World, client_for: SignIn
) -> None:
    for reader in (world.sam, world.bob):
        text = client_for(reader).get(f"/issues/{late.reference}").content.decode()
        assert "Resolution: reason missing" in text


def test_a_request_is_approved_by_another_person_and_accepted_by_the_client(
    late: Issue, world: World, client_for: SignIn
) -> None:
    address = reverse("escalations:request-exception", args=[late.reference])
    assert client_for(world.sam).post(address, TYPED).status_code == 302
    assert answer(client_for(world.lena), "approve") == 302
    assert answer(client_for(world.alice), "accept") == 302
    assert late.obligations.get(metric="resolution").adjusted_outcome == "waived"
    text = client_for(world.bob).get(f"/issues/{late.reference}").content.decode()
    assert "The upstream fix is late." in text
    assert "reason missing" not in text


def test_the_requester_does_not_approve_their_own_request(
    late: Issue, world: World, client_for: SignIn
) -> None:
    address = reverse("escalations:request-exception", args=[late.reference])
    client_for(world.lena).post(address, TYPED)
    found = SlaException.objects.get()
    page = client_for(world.lena).get(reverse("escalations:exception", args=[found.pk])).content.decode()
    assert "Approve and put it to the client" not in page
    assert answer(client_for(world.lena), "approve") == 422
    assert SlaException.objects.get().status == "requested"


def test_the_client_reads_a_request_only_once_it_is_approved(
    late: Issue, world: World, client_for: SignIn
) -> None:
    client_for(world.sam).post(reverse("escalations:request-exception", args=[late.reference]), TYPED)
    address = reverse("escalations:exception", args=[SlaException.objects.get().pk])
    alice = client_for(world.alice)
    assert alice.get(address).status_code == 404
    assert "The upstream fix is late." not in alice.get(f"/issues/{late.reference}").content.decode()
    answer(client_for(world.lena), "approve")
    assert "Accept" in alice.get(address).content.decode()
    assert client_for(world.charlie).get(address).status_code == 404


def test_contesting_needs_a_reason(late: Issue, world: World, client_for: SignIn) -> None:
    client_for(world.sam).post(reverse("escalations:request-exception", args=[late.reference]), TYPED)
    answer(client_for(world.lena), "approve")
    alice = client_for(world.alice)
    assert answer(alice, "contest", reason="") == 422
    assert answer(alice, "contest", reason="The delay was known.") == 302
    assert SlaException.objects.get().status == "contested"


def test_a_reporter_does_not_answer_for_the_client(late: Issue, world: World, client_for: SignIn) -> None:
    client_for(world.sam).post(reverse("escalations:request-exception", args=[late.reference]), TYPED)
    answer(client_for(world.lena), "approve")
    assert answer(client_for(world.bob), "accept") == 403


def test_added_time_without_a_date_keeps_what_was_typed(
    late: Issue, world: World, client_for: SignIn
) -> None:
    address = reverse("escalations:request-exception", args=[late.reference])
    response = client_for(world.sam).post(address, {**TYPED, "effect": "added_time"})
    assert response.status_code == 422
    assert "The upstream fix is late." in response.content.decode()
    assert "needs a new date" in response.content.decode()


def test_a_client_does_not_ask_for_exceptions(late: Issue, world: World, client_for: SignIn) -> None:
    address = reverse("escalations:request-exception", args=[late.reference])
    assert client_for(world.alice).get(address).status_code == 403
    assert address not in client_for(world.alice).get(f"/issues/{late.reference}").content.decode()


def test_a_plan_is_read_as_steps_with_owners_and_dates() -> None:
    plan = "Sam – checks the mirror – Friday 12:00\n\n- Lena - calls the maker - daily\nA workaround is in place."
    assert plan_steps(plan) == [
        PlanStep("Sam", "checks the mirror", "Friday 12:00"),
        PlanStep("Lena", "calls the maker", "daily"),
        PlanStep("", "A workaround is in place.", ""),
    ]


def test_a_plan_without_steps_stands_as_it_was_written(late: Issue, world: World, client_for: SignIn) -> None:
    page = f"/escalations/exceptions/request/{late.reference}"
    client_for(world.sam).post(page, TYPED)
    client_for(world.lena).post(page, TYPED)
    shown = client_for(world.lena).get(f"/escalations/exceptions/{SlaException.objects.get().pk}").text
    assert "Sam checks daily; a workaround is in place." in shown
    SlaException.objects.update(plan="Sam – checks the mirror – Friday 12:00")
    shown = client_for(world.lena).get(f"/escalations/exceptions/{SlaException.objects.get().pk}").text
    assert ">Friday 12:00</td>" in shown
