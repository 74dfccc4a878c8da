"""The pages of standing exceptions: what people see and may do, party by party."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from slaportal.accounts.models import Membership
from slaportal.escalations.models import StandingException
from slaportal.escalations.services import (
    accept_standing,
    approve_standing,
    next_look,
    request_standing,
    watch,
)
from slaportal.policies.models import Agreement
from tests.world import HOUR, MONDAY, World, report

pytestmark = pytest.mark.django_db
ClientFor = Callable[[Membership], Client]


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


def typed(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "agreement": Agreement.objects.get(organization=world.acme).pk,
        "name": "Move of the data center",
        "cause": "planned_maintenance",
        "begins_at": f"{MONDAY + 2 * HOUR:%Y-%m-%dT%H:%M}",
        "ends_at": f"{MONDAY + 8 * HOUR:%Y-%m-%dT%H:%M}",
        "metric": "",
        "effect": "added_time",
        "reason": "The build servers are moved.",
        "plan": "Sam – moves them – tonight",
        **changes,
    }


def made(world: World, *, days: int = 1) -> StandingException:
    return request_standing(
        agreement=Agreement.objects.select_related("organization", "policy_version", "calendar").get(
            organization=world.acme
        ),
        name="Move of the data center",
        cause="planned_maintenance",
        effect="added_time",
        metric="",
        reason="The build servers are moved.",
        plan="Sam – moves them – tonight",
        begins_at=MONDAY + HOUR,
        ends_at=MONDAY + timedelta(days=days),
        actor=world.sam,
        now=MONDAY,
    )


def test_the_request_shows_what_it_covers_and_keeps_nothing_before_it_is_confirmed(
    world: World, client_for: ClientFor
) -> None:
    issue = report(world.bob, level="critical")
    browser = client_for(world.sam)
    first = browser.post("/escalations/standing/request", typed(world))
    assert "It would cover 1 clock now" in first.text
    assert issue.reference in first.text
    assert not StandingException.objects.exists()
    second = browser.post("/escalations/standing/request", {**typed(world), "confirmed": "1"})
    standing = StandingException.objects.get()
    assert second["Location"] == f"/escalations/standing/{standing.reference}"
    assert standing.requested_by == world.sam


def test_a_time_without_an_end_comes_back_with_what_was_typed(world: World, client_for: ClientFor) -> None:
    answer = client_for(world.sam).post("/escalations/standing/request", typed(world, ends_at=""))
    assert answer.status_code == 422
    assert "The build servers are moved." in answer.text


def test_each_person_finds_their_own_buttons(world: World, client_for: ClientFor) -> None:
    standing = made(world)
    page = f"/escalations/standing/{standing.reference}"
    assert "Approve and put it" not in client_for(world.sam).get(page).text
    assert client_for(world.alice).get(page).status_code == 404
    assert "Approve and put it" in client_for(world.lena).get(page).text
    client_for(world.lena).post(f"{page}/approve")
    assert client_for(world.charlie).get(page).status_code == 404
    assert "Contest" in client_for(world.alice).get(page).text
    assert "Contest" not in client_for(world.bob).get(page).text
    client_for(world.alice).post(f"{page}/accept")
    standing.refresh_from_db()
    assert standing.status == "accepted"
    assert "Call it off" in client_for(world.sam).get(page).text
    client_for(world.sam).post(f"{page}/end")
    standing.refresh_from_db()
    assert standing.stops_at == standing.begins_at


def test_the_requester_cannot_approve_through_the_address_either(world: World, client_for: ClientFor) -> None:
    standing = made(world)
    StandingException.objects.update(requested_by=world.lena)
    answer = client_for(world.lena).post(f"/escalations/standing/{standing.reference}/approve")
    assert answer.status_code == 422
    assert "another person must approve it" in answer.text


def test_issue_and_agreement_show_what_covers_them(world: World, client_for: ClientFor) -> None:
    issue = report(world.bob, level="critical")
    standing = made(world)
    approve_standing(standing=standing, actor=world.lena, now=MONDAY)
    accept_standing(standing=standing, actor=world.alice, now=MONDAY)
    while (instant := next_look()) is not None and instant <= MONDAY:
        watch(now=MONDAY)
    seen = client_for(world.alice)
    assert "Move of the data center" in seen.get(f"/issues/{issue.reference}").text
    assert "Move of the data center" in seen.get("/agreement").text
    covered = seen.get(f"/escalations/standing/{standing.reference}").text
    assert issue.reference in covered


def test_the_list_asks_as_often_for_many_as_for_one(
    world: World, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    made(world)
    browser = client_for(world.lena)
    browser.get("/escalations/standing")
    with django_assert_max_num_queries(12) as one:
        browser.get("/escalations/standing")
    for _ in range(5):
        made(world)
    with django_assert_max_num_queries(len(one)):
        assert browser.get("/escalations/standing").text.count("Move of the data center") == 6
