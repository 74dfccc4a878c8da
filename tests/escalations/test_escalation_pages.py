"""Escalations on pages: what is late, who takes it in hand, escalating by hand."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.escalations.models import Escalation
from slaportal.escalations.services import escalate, watch
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, work
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
NOW = MONDAY + 30 * HOUR
URL = "/escalations/"


@pytest.fixture(autouse=True)
def _a_day_later() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def late(world: World) -> Issue:
    """A Critical issue of acme whose resolution is six hours late."""
    issue = report(world.bob, level="critical")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY + timedelta(minutes=5))
    work.comment(issue=fresh(issue), body="On it.", actor=world.sam, now=MONDAY + timedelta(minutes=6))
    watch(now=MONDAY + 24 * HOUR + timedelta(seconds=2))
    return issue


def test_the_list_says_what_is_late_and_by_how_much(world: World, client_for: SignIn) -> None:
    issue = late(world)
    text = client_for(world.vera).get(URL).content.decode()
    assert issue.reference in text
    assert "Overdue by 6 h" in text
    assert "Senior management" in text
    assert "I have it" in text


def test_whoever_takes_it_in_hand_is_named_to_both_parties(world: World, client_for: SignIn) -> None:
    issue = late(world)
    escalation = Escalation.objects.unanswered().get(role="senior_management")
    response = client_for(world.vera).post(
        reverse("escalations:acknowledge", args=[escalation.pk]), follow=True
    )
    assert response.status_code == 200
    escalation.refresh_from_db()
    assert escalation.acknowledged_by == world.vera
    assert "Vera has it in hand" in client_for(world.alice).get(f"/issues/{issue.reference}").content.decode()


def test_taking_it_twice_says_that_somebody_has_it(world: World, client_for: SignIn) -> None:
    late(world)
    escalation = Escalation.objects.unanswered().filter(role="senior_management").get()
    client = client_for(world.vera)
    client.post(reverse("escalations:acknowledge", args=[escalation.pk]))
    again = client_for(world.lena).post(reverse("escalations:acknowledge", args=[escalation.pk]), follow=True)
    assert "acknowledged already" in again.content.decode()


def test_a_client_reads_but_does_not_acknowledge(world: World, client_for: SignIn) -> None:
    late(world)
    escalation = Escalation.objects.unanswered().get(role="senior_management")
    client = client_for(world.alice)
    assert "I have it" not in client.get(URL).content.decode()
    assert client.post(reverse("escalations:acknowledge", args=[escalation.pk])).status_code == 403


def test_a_stranger_sees_no_escalation_of_the_other_client(world: World, client_for: SignIn) -> None:
    issue = late(world)
    escalation = Escalation.objects.unanswered().get(role="senior_management")
    client = client_for(world.charlie)
    assert issue.reference not in client.get(URL).content.decode()
    assert client.post(reverse("escalations:acknowledge", args=[escalation.pk])).status_code == 404
    assert client.get(reverse("escalations:raise", args=[issue.reference])).status_code == 404


def test_the_way_back_never_leaves_the_portal(world: World, client_for: SignIn) -> None:
    late(world)
    escalation = Escalation.objects.unanswered().get(role="senior_management")
    response = client_for(world.vera).post(
        reverse("escalations:acknowledge", args=[escalation.pk]), {"back": "https://evil.example/"}
    )
    assert response.headers["Location"] == URL


def test_either_party_escalates_by_hand_with_a_reason(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    client = client_for(world.bob)
    address = reverse("escalations:raise", args=[issue.reference])
    assert address in client.get(f"/issues/{issue.reference}").content.decode()
    version = client.get(address).context["form"]["version"].value()
    assert client.post(address, {"version": version, "reason": "Auditors are here."}).status_code == 302
    assert Escalation.objects.get(step=None).raised_by == world.bob
    assert address not in client.get(f"/issues/{issue.reference}").content.decode()


def test_a_second_escalation_by_hand_is_refused_with_the_text_kept(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    escalate(issue=fresh(issue), reason="First.", actor=world.bob, now=NOW)
    address = reverse("escalations:raise", args=[issue.reference])
    response = client_for(world.sam).post(address, {"version": fresh(issue).version, "reason": "Once more."})
    assert response.status_code == 422
    assert "escalated already" in response.content.decode()
    assert "Once more." in response.content.decode()


def test_an_issue_that_changed_meanwhile_is_not_escalated_unseen(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    work.comment(issue=fresh(issue), body="Solved?", actor=world.sam, now=NOW)
    address = reverse("escalations:raise", args=[issue.reference])
    response = client_for(world.bob).post(address, {"version": 1, "reason": "Nobody answers."})
    assert response.status_code == 409
    assert "Nobody answers." in response.content.decode()
    assert not Escalation.objects.filter(step=None).exists()


def test_an_auditor_does_not_escalate(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    assert client_for(world.ada).get(reverse("escalations:raise", args=[issue.reference])).status_code in (
        403,
        404,
    )


def test_the_list_asks_the_database_as_often_for_ten_as_for_one(world: World, client_for: SignIn) -> None:
    client = client_for(world.vera)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(URL)
        return len(seen)

    late(world)
    queries()
    one = queries()
    for _ in range(9):
        late(world)
    assert queries() == one
