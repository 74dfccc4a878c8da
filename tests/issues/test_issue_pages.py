"""The page of one issue: who may read what, what it says, and which acts it offers."""

import re
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
from slaportal.issues.services import classification, ending, waiting, work
from tests.world import HOUR, MONDAY, World, fresh, make_member, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
NOW = MONDAY + HOUR
CANARY = "canary-7f3a do not tell the client"


@pytest.fixture(autouse=True)
def _at_ten() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, issue: Issue, query: str = "") -> str:
    response = client.get(reverse("issues:detail", args=[issue.reference]) + query)
    assert response.status_code == 200
    return str(response.content.decode())


def offered(client: Client, issue: Issue) -> set[str]:
    """Names of the acts whose forms the page has."""
    return set(re.findall(rf'action="/issues/{issue.reference}/acts/([a-z]+)"', page(client, issue)))


@pytest.mark.parametrize("address", ["", "/explain"])
def test_a_stranger_gets_404(world: World, client_for: SignIn, address: str) -> None:
    issue = report(world.alice)
    assert client_for(world.charlie).get(f"/issues/{issue.reference}{address}").status_code == 404


def test_a_stranger_cannot_act_either(world: World, client_for: SignIn) -> None:
    issue = report(world.alice)
    response = client_for(world.charlie).post(
        reverse("issues:act", args=[issue.reference, "withdraw"]), {"version": 1, "reason": "x"}
    )
    assert response.status_code == 404
    assert fresh(issue).state == "open"


def test_a_reporter_cannot_read_what_a_colleague_reported(world: World, client_for: SignIn) -> None:
    issue = report(world.alice)
    assert client_for(world.bob).get(f"/issues/{issue.reference}").status_code == 404


def test_a_reference_in_another_spelling_leads_to_the_right_one(world: World, client_for: SignIn) -> None:
    issue = report(world.alice)
    response = client_for(world.alice).get(f"/issues/{issue.reference.lower()}")
    assert response.status_code == 302
    assert response.headers["Location"] == f"/issues/{issue.reference}"


def test_notes_never_reach_the_client(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    work.note(issue=fresh(issue), body=CANARY, actor=world.sam, now=NOW)
    assert CANARY in page(client_for(world.sam), issue)
    auditor = make_member("Olga", world.acme, "client_auditor")
    for reader in (world.alice, world.bob, auditor):
        client = client_for(reader)
        for address in (
            *(f"/issues/{issue.reference}{tail}" for tail in ("", "/explain", "?show=messages")),
            *("/", "/?tab=all", "/?q=canary", "/escalations/"),
        ):
            text = client.get(address).content.decode()
            assert CANARY not in text
            assert "internal note" not in text.lower()


def test_both_clocks_stand_with_their_instants_in_the_zone_of_the_reader(
    world: World, client_for: SignIn
) -> None:
    text = page(client_for(world.alice), report(world.alice, level="high"))
    assert "Respond in 5 h" in text
    assert "Mon 2 Mar 2026, 15:00 CET" in text
    assert "Thu 5 Mar 2026, 09:00 CET" in text


def test_what_happens_next_names_who_what_and_by_when(world: World, client_for: SignIn) -> None:
    issue = report(world.alice, level="high")
    client_text, vendor_text = page(client_for(world.alice), issue), page(client_for(world.sam), issue)
    assert "<strong>Protecto</strong>: send the first response by" in client_text
    assert "<strong>Your team</strong>: send the first response by" in vendor_text
    assert "<strong>Your team</strong>: agree to the proposed level or propose another by" in vendor_text


def test_both_proposals_stand_side_by_side_and_the_stricter_governs(world: World, client_for: SignIn) -> None:
    issue = report(world.alice, level="high")
    classification.counter(
        issue=fresh(issue), level="low", reason="A glitch in one corner.", actor=world.sam, now=NOW
    )
    response = client_for(world.alice).get(f"/issues/{issue.reference}")
    assert [side.level for side in response.context["page"].sides] == ["high", "low"]
    text = response.content.decode()
    assert "Clocks run as High (provisional) until you agree" in text
    assert "A glitch in one corner." in text


def test_the_effect_of_a_level_is_shown_before_it_is_agreed(world: World, client_for: SignIn) -> None:
    issue = report(world.alice, level="high")
    classification.counter(
        issue=fresh(issue), level="medium", reason="Some users only.", actor=world.sam, now=NOW
    )
    effect = client_for(world.alice).get(f"/issues/{issue.reference}").context["page"].effects["medium"]
    resolution = effect.moves[1]
    assert resolution.before == MONDAY + 72 * HOUR
    classification.agree(issue=fresh(issue), actor=world.alice, now=NOW)
    assert issue.obligations.get(metric="resolution").due_at == resolution.after


def test_an_effect_says_when_a_breach_would_go_on_record(world: World, client_for: SignIn) -> None:
    issue = report(world.alice, level="high")
    work.comment(issue=fresh(issue), body="Reading it.", actor=world.sam, now=MONDAY + timedelta(minutes=30))
    with time_machine.travel(MONDAY + 80 * HOUR, tick=False):
        found = client_for(world.sam).get(f"/issues/{issue.reference}").context["page"].effects
    assert found["high"].moves[1].breached
    assert not found["low"].moves[1].breached


def test_the_words_of_a_message_are_cleaned(world: World, client_for: SignIn) -> None:
    issue = report(world.alice)
    body = "**bold** <script>alert(1)</script> [x](javascript:alert(1))"
    work.comment(issue=fresh(issue), body=body, actor=world.alice, now=NOW)
    text = page(client_for(world.sam), issue)
    assert "<strong>bold</strong>" in text
    assert "<script>alert" not in text
    assert 'href="javascript' not in text


def test_the_history_tells_every_act_and_can_be_narrowed(world: World, client_for: SignIn) -> None:
    issue = report(world.alice, level="high")
    classification.counter(issue=fresh(issue), level="medium", reason="Some only.", actor=world.sam, now=NOW)
    classification.agree(issue=fresh(issue), actor=world.alice, now=NOW)
    client = client_for(world.alice)
    response = client.get(f"/issues/{issue.reference}")
    kinds = {entry.event.kind for entry in response.context["history"]}
    assert {"issue.submitted", "classification.countered", "classification.agreed", "deadline.moved"} <= kinds
    text = response.content.decode()
    assert "proposed Medium instead" in text
    assert "The resolution deadline moved" in text
    narrowed = client.get(f"/issues/{issue.reference}?show=messages").context["history"]
    assert {entry.event.kind for entry in narrowed} == {"issue.submitted"}


def test_explain_lists_the_spans_of_both_clocks(world: World, client_for: SignIn) -> None:
    issue = report(world.alice, level="medium")
    text = client_for(world.alice).get(f"/issues/{issue.reference}/explain").content.decode()
    assert "within 10 business days" in text
    assert "Product Support SLA, version 1" in text
    assert "Support closed" in text


# Who is offered what, at which point of an issue's life.
VENDOR_NEW = {
    "agree",
    "counter",
    "comment",
    "note",
    "assign",
    "progress",
    "resolve",
    "wait",
    "duplicate",
    "split",
}


def test_a_new_issue_offers_each_person_their_acts_and_no_others(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    assert offered(client_for(world.alice), issue) == {"comment", "edit", "watch", "withdraw"}
    assert offered(client_for(world.bob), issue) == {"comment", "edit", "withdraw"}
    assert offered(client_for(world.sam), issue) == VENDOR_NEW
    assert offered(client_for(world.lena), issue) == VENDOR_NEW
    assert offered(client_for(world.vera), issue) == {"comment", "note"}
    assert offered(client_for(make_member("Olga", world.acme, "client_auditor")), issue) == set()


def test_after_a_counter_the_client_answers(world: World, client_for: SignIn) -> None:
    issue = report(world.bob, level="high")
    classification.counter(issue=fresh(issue), level="low", reason="Cosmetic.", actor=world.sam, now=NOW)
    assert offered(client_for(world.alice), issue) == {
        "agree",
        "counter",
        "dispute",
        "comment",
        "edit",
        "watch",
        "withdraw",
    }
    assert offered(client_for(world.bob), issue) == {"counter", "dispute", "comment", "edit", "withdraw"}
    assert {"agree", "counter"}.isdisjoint(offered(client_for(world.sam), issue))


def test_a_dispute_is_decided_by_a_decider_of_each_party(world: World, client_for: SignIn) -> None:
    issue = report(world.bob, level="high")
    classification.counter(issue=fresh(issue), level="low", reason="Cosmetic.", actor=world.sam, now=NOW)
    classification.dispute(issue=fresh(issue), reason="It is not.", actor=world.bob, now=NOW)
    assert "decide" in offered(client_for(world.alice), issue)
    assert "decide" in offered(client_for(world.vera), issue)
    for other in (world.bob, world.sam, world.lena):
        assert "decide" not in offered(client_for(other), issue)


def test_an_agreed_level_can_be_proposed_anew(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    classification.agree(issue=fresh(issue), actor=world.sam, now=NOW)
    assert "repropose" in offered(client_for(world.alice), issue)
    assert "repropose" in offered(client_for(world.sam), issue)
    assert "agree" not in offered(client_for(world.alice), issue)


def test_only_the_client_confirms_or_rejects_a_resolution(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    ending.resolve(issue=fresh(issue), note="Fixed in 4.2.", actor=world.sam, now=NOW)
    assert {"confirm", "reopen"} <= offered(client_for(world.bob), issue)
    assert {"confirm", "reopen", "resolve", "progress"}.isdisjoint(offered(client_for(world.sam), issue))


def test_waiting_can_be_ended_by_the_vendor(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    waiting.wait(issue=fresh(issue), on="client", reason="Which version?", actor=world.sam, now=NOW)
    assert "resume" in offered(client_for(world.sam), issue)
    assert "wait" not in offered(client_for(world.sam), issue)
    text = page(client_for(world.bob), issue)
    assert "Which version?" in text
    assert "The agreement does not let this stop a clock" in text


def test_an_ended_issue_offers_nothing_but_notes(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    ending.withdraw(issue=fresh(issue), reason="Our mistake.", actor=world.bob, now=NOW)
    assert offered(client_for(world.alice), issue) == set()
    assert offered(client_for(world.sam), issue) == {"note"}


def test_the_page_asks_the_database_as_often_for_twenty_messages_as_for_one(
    world: World, client_for: SignIn
) -> None:
    issue = report(world.bob)
    client = client_for(world.sam)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(client, issue)
        return len(seen)

    work.comment(issue=fresh(issue), body="First.", actor=world.sam, now=NOW)
    work.note(issue=fresh(issue), body="Note.", actor=world.sam, now=NOW)
    queries()
    one = queries()
    for number in range(19):
        work.comment(issue=fresh(issue), body=f"Message {number}", actor=world.bob, now=NOW)
        work.note(issue=fresh(issue), body=f"Note {number}", actor=world.lena, now=NOW)
    assert queries() == one
    assert one < 50
