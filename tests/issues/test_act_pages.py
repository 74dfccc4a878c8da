"""Acts on the page: each does what its button says, refuses with a sentence, and never loses what was typed."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue, Pause
from slaportal.issues.services import classification, ending, waiting, work
from slaportal.issues.views.offers import ACTS
from tests.world import HOUR, MONDAY, World, fresh, make_client, make_member, make_policy, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
NOW = MONDAY + HOUR


@pytest.fixture(autouse=True)
def _at_ten() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def do(client: Client, issue: Issue, act: str, **typed: object) -> tuple[int, str]:
    """Send the form of `act` as the page of now would; return status and page."""
    values = {"version": fresh(issue).version, "seen": 0, **typed}
    response = client.post(reverse("issues:act", args=[issue.reference, act]), values)
    return response.status_code, response.content.decode()


def test_agreeing_settles_the_level(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    status, _ = do(client_for(world.sam), issue, "agree", proposal=issue.proposals.get().pk)
    assert status == 303
    assert (fresh(issue).classification, fresh(issue).provisional) == ("agreed", False)


def test_agreeing_to_a_replaced_proposal_is_refused_with_the_new_one(
    world: World, client_for: SignIn
) -> None:
    issue = report(world.bob, level="high")
    first = issue.proposals.get()
    classification.counter(issue=fresh(issue), level="low", reason="Cosmetic.", actor=world.sam, now=NOW)
    status, text = do(client_for(world.alice), issue, "agree", proposal=first.pk)
    assert status == 422
    assert "was replaced by Low" in text


def test_counter_dispute_and_decision_go_through_the_page(world: World, client_for: SignIn) -> None:
    issue = report(world.bob, level="high")
    sam, alice, vera = client_for(world.sam), client_for(world.alice), client_for(world.vera)
    assert do(sam, issue, "counter", level="low", reason="Cosmetic.")[0] == 303
    assert do(alice, issue, "dispute", reason="It stops our batch.")[0] == 303
    assert do(alice, issue, "decide", level="medium")[0] == 303
    assert do(vera, issue, "decide", level="medium")[0] == 303
    assert (fresh(issue).level, fresh(issue).classification) == ("medium", "agreed")
    assert do(sam, issue, "repropose", level="high", reason="The cause is deeper.")[0] == 303
    assert (fresh(issue).level, fresh(issue).awaiting_level_from) == ("medium", "client")


def test_work_from_message_to_confirmation_goes_through_the_page(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    sam, bob = client_for(world.sam), client_for(world.bob)
    assert do(sam, issue, "comment", body="We look at it.")[0] == 303
    assert do(sam, issue, "note", body="Known since 4.1.")[0] == 303
    assert do(sam, issue, "assign", to=world.sam.pk)[0] == 303
    later = {"stage": "fixing", "percent": 60, "next_update_at": "2026-03-02T16:30"}
    # Sam's zone is UTC: what is typed is local time of the person.
    assert do(sam, issue, "progress", **later)[0] == 303
    assert fresh(issue).next_update_at == MONDAY + 8 * HOUR + timedelta(minutes=30)
    assert do(sam, issue, "wait", on="client", reason="Which version?")[0] == 303
    assert do(sam, issue, "resume")[0] == 303
    assert do(sam, issue, "resolve", note="Fixed in 4.2.")[0] == 303
    assert do(bob, issue, "reopen", reason="Still empty.")[0] == 303
    assert do(sam, issue, "resolve", note="Fixed in 4.3.")[0] == 303
    assert do(bob, issue, "confirm")[0] == 303
    assert fresh(issue).state == "closed"
    assert (fresh(issue).assigned_to, issue.comments.count()) == (world.sam, 1)


def test_a_contest_is_judged_by_another_person_than_the_one_who_paused(
    world: World, client_for: SignIn
) -> None:
    client = make_client("Umbrella", "Europe/Berlin", make_policy(key="pausing", pauses=("client",)))
    uma = make_member("Uma", client, "client_manager")
    issue = report(uma)
    waiting.wait(issue=fresh(issue), on="client", reason="Which version?", actor=world.sam, now=NOW)
    assert do(client_for(uma), issue, "contest", reason="We told you.")[0] == 303
    assert do(client_for(world.sam), issue, "judge", upheld="yes", reason="Right.")[0] == 403
    assert do(client_for(world.lena), issue, "judge", upheld="yes", reason="Right.")[0] == 303
    assert issue.pauses.get().contest == Pause.Contest.UPHELD


def test_withdrawing_and_marking_as_duplicate(world: World, client_for: SignIn) -> None:
    first, second, third = report(world.bob), report(world.bob), report(world.bob)
    assert do(client_for(world.bob), first, "withdraw", reason="Our mistake.")[0] == 303
    assert do(client_for(world.sam), second, "duplicate", of=third.reference.lower())[0] == 303
    assert (fresh(first).state, fresh(second).duplicate_of) == ("withdrawn", third)


def test_a_duplicate_of_what_one_cannot_see_is_refused(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    status, text = do(client_for(world.sam), issue, "duplicate", of="ISS-00000000")
    assert status == 422
    assert "There is no such issue" in text


@pytest.mark.parametrize("act", sorted(name for name, act in ACTS.items() if act.right != "issue.read"))
def test_an_act_without_the_right_is_forbidden_whatever_is_sent(
    world: World, client_for: SignIn, act: str
) -> None:
    issue = report(world.bob)
    auditor = make_member("Olga", world.acme, "client_auditor")
    status, _ = do(client_for(auditor), issue, act, reason="x", body="x", level="low")
    assert status == 403
    assert fresh(issue).version == issue.version


def test_a_message_that_somebody_else_s_change_crossed_shows_both_and_can_be_sent_again(
    world: World, client_for: SignIn
) -> None:
    issue = report(world.bob)
    alice = client_for(world.alice)
    before = alice.get(f"/issues/{issue.reference}").context["forms"]["comment"]
    work.comment(issue=fresh(issue), body="We need the logs.", actor=world.sam, now=NOW)
    typed = {"body": "Here is what I typed."}
    response = alice.post(
        reverse("issues:act", args=[issue.reference, "comment"]),
        {"version": before["version"].value(), "seen": before["seen"].value(), **typed},
    )
    text = response.content.decode()
    assert response.status_code == 409
    assert "wrote a message – the first response" in text
    assert "We need the logs." in text
    assert "Here is what I typed." in text
    assert issue.comments.count() == 1
    again = response.context["form"]
    sent = alice.post(
        reverse("issues:act", args=[issue.reference, "comment"]),
        {"version": again["version"].value(), "seen": again["seen"].value(), **typed},
    )
    assert sent.status_code == 303
    assert issue.comments.count() == 2


def test_an_internal_note_does_not_show_in_the_client_s_conflict(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    seen = (
        client_for(world.alice).get(f"/issues/{issue.reference}").context["forms"]["comment"]["seen"].value()
    )
    work.note(issue=fresh(issue), body="canary", actor=world.sam, now=NOW)
    work.assign(issue=fresh(issue), to=world.sam, actor=world.lena, now=NOW)
    response = client_for(world.alice).post(
        reverse("issues:act", args=[issue.reference, "comment"]),
        {"version": 1, "seen": seen, "body": "Hello"},
    )
    text = response.content.decode()
    assert response.status_code == 409
    assert "assigned the issue to Sam" in text
    assert "canary" not in text
    assert "internal note" not in text


def test_a_note_is_kept_although_the_issue_changed_meanwhile(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    work.comment(issue=fresh(issue), body="Hello", actor=world.bob, now=NOW)
    response = client_for(world.sam).post(
        reverse("issues:act", args=[issue.reference, "note"]), {"version": 1, "body": "Remember this."}
    )
    assert response.status_code == 303
    assert issue.internal_notes.get().body == "Remember this."


def test_a_refusal_stands_at_the_form_with_what_was_typed(world: World, client_for: SignIn) -> None:
    issue = report(world.bob, level="high")
    classification.agree(issue=fresh(issue), actor=world.sam, now=NOW)
    status, text = do(client_for(world.sam), issue, "counter", level="low", reason="My long reason.")
    assert status == 422
    assert "The level is agreed: High" in text


def test_a_field_that_is_wrong_keeps_the_others(world: World, client_for: SignIn) -> None:
    issue = report(world.bob, level="high")
    status, text = do(client_for(world.sam), issue, "counter", level="", reason="My long reason.")
    assert status == 422
    assert "My long reason." in text
    assert fresh(issue).classification == "proposed"


def test_a_promise_in_the_past_is_refused_with_the_form_kept(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    typed = {"stage": "fixing", "percent": 61, "next_update_at": "2026-03-01T10:00"}
    status, text = do(client_for(world.sam), issue, "progress", **typed)
    assert status == 422
    assert "must be promised for a time to come" in text
    assert 'value="61"' in text


def test_an_act_that_does_not_exist_is_not_found(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    assert do(client_for(world.sam), issue, "delete")[0] == 404


def test_acts_are_no_links(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=NOW)
    response = client_for(world.bob).get(reverse("issues:act", args=[issue.reference, "confirm"]))
    assert response.status_code == 405
    assert fresh(issue).state == "resolved"


def test_every_act_of_the_table_asks_for_a_right_that_exists() -> None:
    assert {act.right for act in ACTS.values()} <= set(permissions.table())
