"""Working on an issue together: waiting and contesting it, rejecting a resolution, and writing at the same time."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests import world as worlds
from tests.e2e.conftest import SignIn, act, due
from tests.e2e.hours import Hours
from tests.world import World, report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_contested_pause_is_judged_by_a_lead_and_an_upheld_contest_gives_the_time_back(
    site: str, signed_in: SignIn, hours: Hours
) -> None:
    people = worlds.make_world(pauses=("client",))
    issue = report(people.bob, at=datetime.now(UTC), title="The proxy drops long requests")
    address = f"/issues/{issue.reference}"
    sam = signed_in(people.sam, at=address)
    act(sam, "agree")
    act(sam, "comment", body="Which version of the proxy do you run?")
    at_first = due(sam, "resolution")
    act(sam, "wait", on="client", reason="The version of your proxy")
    expect(sam.get_by_text("The agreement lets this stop the resolution clock.")).to_be_visible()
    expect(sam.get_by_text("No due instant while it is paused")).to_be_visible()

    hours.pass_by(3)
    bob = signed_in(people.bob, at=address)
    act(bob, "comment", body="1.25, as the report says in its second line.")
    assert timedelta(hours=3) <= due(bob, "resolution") - at_first < timedelta(hours=4)
    act(bob, "contest", reason="You had the version all along.")
    expect(bob.get_by_text("The pause is contested; the vendor answers now.")).to_be_visible()

    sam.goto(address)
    expect(sam.get_by_text("You had the version all along.").first).to_be_visible()
    expect(sam.locator("#act-judge")).to_have_count(0)  # Who paused does not judge it.
    lena = signed_in(people.lena, at=address)
    act(lena, "judge", upheld="yes", reason="It was in the report indeed.")
    expect(lena.get_by_text("Your judgment is on record.")).to_be_visible()

    bob.reload()
    assert due(bob, "resolution") == at_first
    expect(bob.get_by_text("It was in the report indeed.").first).to_be_visible()


def test_a_rejected_resolution_goes_on_with_the_same_clock_until_the_client_confirms(
    people: World, signed_in: SignIn, hours: Hours
) -> None:
    issue = report(people.bob, at=datetime.now(UTC), title="Reports arrive twice")
    address = f"/issues/{issue.reference}"
    lena = signed_in(people.lena, at=address)
    act(lena, "agree")
    act(lena, "comment", body="On it.")
    at_first = due(lena, "resolution")
    act(lena, "resolve", note="The second scheduler is switched off.")

    hours.pass_by(2)
    bob = signed_in(people.bob, at=address)
    expect(bob.get_by_role("heading", name="Resolved – does it work for you?")).to_be_visible()
    expect(bob.get_by_text("The second scheduler is switched off.").first).to_be_visible()
    act(bob, "reopen", reason="Two again this morning.")
    expect(bob.get_by_text("The issue is open again and the same clock goes on.")).to_be_visible()
    assert (
        timedelta(hours=2) <= due(bob, "resolution") - at_first < timedelta(hours=3)
    )  # The time in which it seemed resolved is not charged.
    expect(bob.get_by_text("reopened", exact=True).first).to_be_visible()

    lena.goto(address)
    expect(lena.get_by_text("Two again this morning.").first).to_be_visible()
    act(lena, "resolve", note="The third one too.")
    bob.reload()
    act(bob, "confirm")
    expect(bob.get_by_text("Thank you. It is confirmed.")).to_be_visible()
    expect(bob.get_by_text("Closed", exact=True).first).to_be_visible()
    expect(bob.locator("form[action$='/acts/comment']")).to_have_count(0)


def test_the_second_of_two_who_write_at_once_reads_both_texts_and_loses_nothing(
    people: World, signed_in: SignIn
) -> None:
    issue = report(people.alice, at=datetime.now(UTC))
    address = f"/issues/{issue.reference}"
    alice = signed_in(people.alice, at=address)
    typed = alice.locator("form[action$='/acts/comment'] [name=body]")
    typed.fill("It happens on the second server only.")

    sam = signed_in(people.sam, at=address)
    act(sam, "comment", body="Does it happen on all servers?")

    alice.get_by_role("button", name="Send the message").click()
    expect(alice.get_by_role("heading", name="The issue changed while you were typing")).to_be_visible()
    expect(alice.get_by_text("Does it happen on all servers?")).to_be_visible()
    expect(alice.locator("[name=body]")).to_have_value("It happens on the second server only.")
    alice.locator("[name=body]").fill("Only on the second one, since it was restarted.")
    alice.get_by_role("button", name="Send it all the same").click()
    expect(alice).to_have_url(re.compile(f"{issue.reference}"))

    sam.reload()
    talk = sam.locator("section[aria-labelledby=conversation]")
    expect(talk.get_by_text("Does it happen on all servers?")).to_be_visible()
    expect(talk.get_by_text("Only on the second one, since it was restarted.")).to_be_visible()


def test_an_exception_needs_another_person_of_the_vendor_and_then_the_client(
    people: World, signed_in: SignIn, hours: Hours
) -> None:
    issue = report(people.bob, at=datetime.now(UTC), title="The index must be built anew")
    address = f"/issues/{issue.reference}"
    lena = signed_in(people.lena, at=address)
    act(lena, "agree")
    lena.get_by_role("link", name="Ask for an exception").click()
    lena.get_by_role("radio", name=re.compile("Resolution")).check()
    lena.get_by_role("radio", name=re.compile("Added time", re.IGNORECASE)).check()
    lena.get_by_role("radio", name=re.compile("Technical challenge", re.IGNORECASE)).check()
    lena.get_by_label("Reason for the delay").fill("Building the index takes four days, whatever we do.")
    lena.get_by_label("Mitigation plan").fill("A read-only copy answers meanwhile; Lena watches it.")
    until = datetime.now(ZoneInfo(people.lena.user.timezone)) + timedelta(days=6)
    lena.get_by_label("New date").fill(until.strftime("%Y-%m-%dT%H:%M"))
    lena.get_by_role("button", name="Ask for it").click()
    expect(lena.get_by_text("Asked. Another person of the vendor approves it now.")).to_be_visible()
    expect(lena.get_by_role("link", name="Approve or refuse")).to_have_count(0)

    alice = signed_in(people.alice, at=address)
    expect(alice.get_by_text("Building the index takes four days, whatever we do.")).to_have_count(0)

    vera = signed_in(people.vera, at=address)
    vera.get_by_role("link", name="Approve or refuse").click()
    vera.get_by_role("button", name="Approve and put it to the client").click()
    expect(vera.get_by_text("Approved. The client answers now.")).to_be_visible()

    alice.reload()
    expect(alice.get_by_text("Building the index takes four days, whatever we do.")).to_be_visible()
    alice.get_by_role("link", name="Accept or contest").click()
    alice.get_by_role("button", name="Accept", exact=True).click()
    expect(alice.get_by_text("Accepted. It changes the adjusted figure only.")).to_be_visible()
    expect(alice.locator(".tag", has_text="Accepted")).to_be_visible()
