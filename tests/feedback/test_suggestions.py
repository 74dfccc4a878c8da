"""Suggestions of both parties: decided with a reason, linked to a draft, done when its version takes effect (spec §7)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.feedback.models import Suggestion
from slaportal.feedback.services import decide, discuss, draft_for, note_effect, suggest
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from slaportal.policies.models import PolicyVersion
from slaportal.policies.services import publish, sign_agreement
from slaportal.policies.standard import IMPACT_TABLE
from tests.world import HOUR, MONDAY, World

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]


def made(world: World, *, by: Membership | None = None) -> Suggestion:
    return suggest(
        organization=world.acme,
        topic="response",
        title="Answer Low within one day",
        text="Two days are long.",
        actor=by or world.bob,
        now=MONDAY,
    )


def accepted(world: World) -> Suggestion:
    found = made(world)
    decide(suggestion=found, accepted=True, reason="Fair.", actor=world.lena, now=MONDAY + HOUR)
    return found


@pytest.mark.parametrize("who", ["alice", "bob", "sam", "lena", "vera"])
def test_anyone_of_either_party_may_suggest(world: World, who: str) -> None:
    assert made(world, by=getattr(world, who)).state == "new"


def test_nobody_suggests_for_a_stranger(world: World) -> None:
    with pytest.raises(permissions.NotAllowed):
        made(world, by=world.charlie)


def test_the_first_word_of_the_vendor_takes_a_suggestion_up(world: World) -> None:
    found = made(world)
    discuss(suggestion=found, body="And weekends?", actor=world.alice, now=MONDAY + HOUR)
    assert found.state == "new"
    discuss(suggestion=found, body="Not on weekends.", actor=world.sam, now=MONDAY + HOUR * 2)
    assert found.state == "discussed"
    told = set(Message.objects.filter(kind="suggestion-discussed").values_list("recipient__email", flat=True))
    assert {"bob@acme.example", "alice@acme.example", "lena@protecto.example"} <= told


def test_a_suggestion_is_decided_once_by_a_lead_and_with_a_reason(world: World) -> None:
    found = made(world)
    for actor in (world.bob, world.alice, world.sam):
        with pytest.raises(permissions.NotAllowed):
            decide(suggestion=found, accepted=True, reason="Yes.", actor=actor, now=MONDAY)
    with pytest.raises(Refused, match="reason"):
        decide(suggestion=found, accepted=True, reason=" ", actor=world.lena, now=MONDAY)
    decide(suggestion=found, accepted=False, reason="Too dear.", actor=world.lena, now=MONDAY)
    with pytest.raises(Refused, match="moved"):
        decide(suggestion=found, accepted=True, reason="Yes.", actor=world.vera, now=MONDAY)
    assert (found.state, found.reason, found.decided_by) == ("declined", "Too dear.", world.lena)


def test_only_an_accepted_suggestion_leads_to_a_draft(world: World) -> None:
    with pytest.raises(Refused):
        draft_for(suggestion=made(world), actor=world.lena, now=MONDAY)
    assert not PolicyVersion.objects.filter(status="draft").exists()


def test_two_suggestions_share_the_open_draft(world: World) -> None:
    one = draft_for(suggestion=accepted(world), actor=world.lena, now=MONDAY)
    assert draft_for(suggestion=accepted(world), actor=world.lena, now=MONDAY) == one


def test_a_suggestion_is_done_when_the_version_it_led_to_takes_effect(world: World) -> None:
    found = accepted(world)
    draft = draft_for(suggestion=found, actor=world.lena, now=MONDAY + HOUR)
    PolicyVersion.objects.filter(pk=draft.pk).update(impact_table=IMPACT_TABLE)
    publish(draft, actor=world.vera, now=MONDAY + HOUR * 2)
    assert note_effect(now=MONDAY + HOUR * 3) == 0
    begins = MONDAY + timedelta(days=28)
    sign_agreement(
        organization=world.acme,
        policy_version=PolicyVersion.objects.get(pk=draft.pk),
        calendar=None,
        timezone="Europe/Berlin",
        effective_from=begins,
        signed_by_client="Alice",
        signed_by_vendor="Vera",
        actor=world.vera,
        now=MONDAY + HOUR * 3,
    )
    assert note_effect(now=begins - timedelta(microseconds=1)) == 0
    assert note_effect(now=begins) == 1
    assert note_effect(now=begins) == 0
    found.refresh_from_db()
    assert (found.state, found.effective_at) == ("in_effect", begins)
    kinds = list(Event.objects.filter(subject=found.reference).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["suggestion.made", "suggestion.decided", "suggestion.linked", "suggestion.in_effect"]


def test_a_client_reads_its_own_suggestions_and_no_strangers(world: World, client_for: SignIn) -> None:
    found = made(world)
    assert client_for(world.alice).get(f"/suggestions/{found.reference}").status_code == 200
    assert client_for(world.charlie).get(f"/suggestions/{found.reference}").status_code == 404
    assert found.title not in client_for(world.charlie).get("/suggestions").content.decode()


def test_the_pages_lead_from_a_suggestion_to_its_draft(world: World, client_for: SignIn) -> None:
    bob, lena = client_for(world.bob), client_for(world.lena)
    sent = bob.post(
        "/suggestions/new", {"topic": "reports", "title": "Shorter reports", "text": "Two pages."}
    )
    page = sent.headers["Location"]
    assert "Shorter reports" in lena.get("/suggestions").content.decode()
    assert lena.post(f"{page}/triage").status_code == 302
    assert lena.post(f"{page}/decide", {"accepted": "yes", "reason": ""}).status_code == 422
    assert bob.post(f"{page}/decide", {"accepted": "yes", "reason": "Mine."}).status_code == 403
    assert lena.post(f"{page}/decide", {"accepted": "yes", "reason": "Agreed."}).status_code == 302
    assert lena.post(f"{page}/draft").status_code == 302
    shown = lena.get(page).content.decode()
    assert "Product Support SLA, version 2" in shown
    assert "What would it have done?" in shown
    assert bob.post("/suggestions/new", {"topic": "reports", "title": ""}).status_code == 422


def test_the_list_asks_as_much_of_the_database_for_one_as_for_many(world: World, client_for: SignIn) -> None:
    lena = client_for(world.lena)
    made(world)
    lena.get("/suggestions")
    counts = []
    for more in (0, 6):
        for _ in range(more):
            made(world)
        with CaptureQueriesContext(connection) as queries:
            lena.get("/suggestions")
        counts.append(len(queries))
    assert counts[0] == counts[1]
