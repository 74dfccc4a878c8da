"""The first page: who sees which issues, in what order, and that it stays fast."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, ending
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
NOW = MONDAY + HOUR


@pytest.fixture(autouse=True)
def _at_ten() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def titles(client: Client, query: str = "") -> list[str]:
    response = client.get(reverse("issues:list") + query)
    assert response.status_code == 200
    return [row.issue.title for row in response.context["rows"]]


def test_a_manager_sees_the_issues_of_the_organization_and_a_reporter_only_their_own(
    world: World, client_for: SignIn
) -> None:
    report(world.alice, title="Seen by the manager")
    report(world.bob, title="Reported by Bob")
    assert set(titles(client_for(world.alice))) == {"Seen by the manager", "Reported by Bob"}
    assert titles(client_for(world.bob)) == ["Reported by Bob"]


def test_a_reporter_sees_an_issue_that_they_watch_once(world: World, client_for: SignIn) -> None:
    issue = report(world.alice)
    issue.watchers.add(world.bob)
    assert len(titles(client_for(world.bob), "?tab=mine")) == 1
    assert len(titles(client_for(world.bob))) == 1


def test_a_stranger_sees_nothing_of_the_other_client(world: World, client_for: SignIn) -> None:
    report(world.alice, title="Only for Acme")
    response = client_for(world.charlie).get(reverse("issues:list"))
    assert "Only for Acme" not in response.content.decode()


def test_the_vendor_sees_all_clients_with_the_next_deadline_first(world: World, client_for: SignIn) -> None:
    report(world.alice, level="low", title="Due last")
    report(world.charlie, level="critical", title="Due first")
    report(world.bob, level="high", title="Due second")
    client = client_for(world.sam)
    assert titles(client) == ["Due first", "Due second", "Due last"]
    assert "Globex" in client.get(reverse("issues:list")).content.decode()


def test_open_leaves_out_what_has_ended_and_all_shows_it(world: World, client_for: SignIn) -> None:
    issue = report(world.alice, title="Taken back")
    ending.withdraw(issue=fresh(issue), reason="Our mistake.", actor=world.alice, now=NOW)
    client = client_for(world.alice)
    assert titles(client) == []
    assert titles(client, "?tab=all") == ["Taken back"]


def test_mine_is_what_an_agent_works_on(world: World, client_for: SignIn) -> None:
    issue = report(world.alice, title="In Sam's hands")
    report(world.alice, title="In nobody's hands")
    Issue.objects.filter(pk=issue.pk).update(assigned_to=world.sam)
    assert titles(client_for(world.sam), "?tab=mine") == ["In Sam's hands"]


@pytest.mark.parametrize("query", ["?level=high", "?q=empty", "?q=second+call", "?state=open"])
def test_filters_find_by_level_state_and_words(world: World, client_for: SignIn, query: str) -> None:
    report(world.alice, title="Tokens come back empty")
    assert titles(client_for(world.alice), query) == ["Tokens come back empty"]


@pytest.mark.parametrize("query", ["?level=low", "?q=nothing-like-it", "?state=resolved"])
def test_filters_leave_out_what_does_not_fit(world: World, client_for: SignIn, query: str) -> None:
    report(world.alice)
    client = client_for(world.alice)
    assert titles(client, query) == []
    assert "No issue fits these filters" in client.get(reverse("issues:list") + query).content.decode()


def test_a_reference_is_found_as_people_type_it(world: World, client_for: SignIn) -> None:
    issue = report(world.alice)
    assert titles(client_for(world.alice), f"?q={issue.reference.lower()}") == [issue.title]


def test_only_the_listed_fields_filter(world: World, client_for: SignIn) -> None:
    report(world.alice)
    for query in ("?reported_by__user__password__startswith=x", "?organization=999", "?id=0"):
        assert len(titles(client_for(world.alice), query)) == 1


def test_a_level_waits_for_the_answer_of_the_party_that_did_not_speak_last(
    world: World, client_for: SignIn
) -> None:
    issue = report(world.alice)
    heading = "Waiting for your answer on criticality"
    assert heading in client_for(world.sam).get(reverse("issues:list")).content.decode()
    assert heading not in client_for(world.alice).get(reverse("issues:list")).content.decode()
    classification.counter(
        issue=fresh(issue), level="medium", reason="Few are affected.", actor=world.sam, now=NOW
    )
    assert heading in client_for(world.alice).get(reverse("issues:list")).content.decode()
    assert heading not in client_for(world.sam).get(reverse("issues:list")).content.decode()


def test_the_list_asks_the_database_as_often_for_fifty_issues_as_for_one(
    world: World, client_for: SignIn
) -> None:
    client = client_for(world.sam)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(reverse("issues:list"))
        return len(seen)

    report(world.alice)
    queries()  # warm: targets of a published version are remembered
    one = queries()
    for minute in range(49):
        report(world.charlie, at=MONDAY + timedelta(minutes=minute))
    assert queries() <= one + 1  # the answer box counts once it is full
    assert queries() < 25


def test_pages_follow_one_another(world: World, client_for: SignIn) -> None:
    for minute in range(27):
        report(world.alice, at=MONDAY + timedelta(minutes=minute))
    client = client_for(world.alice)
    assert len(titles(client)) == 25
    assert len(titles(client, "?page=2")) == 2


def test_an_empty_list_says_what_will_be_there_and_what_to_do(world: World, client_for: SignIn) -> None:
    text = client_for(world.alice).get(reverse("issues:list")).content.decode()
    assert "No issues yet" in text
    assert reverse("issues:submit") in text
