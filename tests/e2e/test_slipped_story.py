"""A Critical issue is let slip: what each person then sees, in turn, on pages and in mails."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignIn, act, due, read_mail
from tests.e2e.hours import Hours
from tests.world import World, report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
TITLE = "Every request to the tokenizer fails"


def link_in(mail: str, path: str) -> str:
    """Return the address that a mail leads to."""
    found = re.search(rf"https?://[^\s]*({path}[^\s]*)", mail)
    assert found is not None, mail
    return found[1]


def mails(page: Page, people: World, name: str, subject: str) -> str:
    return read_mail(page, getattr(people, name), subject)


def test_warning_breach_escalation_silence_acknowledgement_and_exception_each_reach_their_people(
    people: World, window: SignIn, signed_in: SignIn, hours: Hours
) -> None:
    issue = report(people.bob, level="critical", at=datetime.now(UTC), title=TITLE)
    address = f"/issues/{issue.reference}"
    sam = signed_in(people.sam, at=address)
    act(sam, "agree")
    act(sam, "comment", body="We see it too and look for the cause.")
    deadline = due(sam, "resolution")

    # Nobody works on it. Half of the day is gone: the agents are warned, then their lead.
    post = signed_in(people.ada)
    hours.pass_by(12.1)
    assert "50 % of the time used" in mails(post, people, "sam", "resolution due soon")
    hours.pass_by(9.7)
    assert "90 % of the time used" in mails(post, people, "lena", "resolution due soon")
    sam.reload()
    expect(sam.get_by_text("Warned the vendor lead: resolution, 90 % of the time used")).to_be_visible()

    # The deadline passes: the client hears it from the vendor, senior management is asked to act.
    hours.reach(deadline + timedelta(seconds=30))
    assert "There is nothing you have to do" in mails(post, people, "bob", "resolution deadline missed")
    first = mails(post, people, "vera", "escalated to senior management, please acknowledge")
    assert "at the breach" in first
    bob = signed_in(people.bob, at=address)
    expect(bob.get_by_text("Overdue by").first).to_be_visible()
    expect(bob.get_by_text("Resolution: reason missing")).to_be_visible()
    assert due(bob, "resolution") == deadline

    # Nobody acknowledges: an hour later the next step runs.
    hours.pass_by(1.01)
    second = mails(post, people, "vera", "escalated to senior management, please acknowledge")
    assert "1 h after the breach" in second
    vera = signed_in(people.vera, at="/escalations/")
    expect(vera.get_by_role("button", name=re.compile("I have it"))).to_have_count(2)

    # From the mail, without signing in: looking changes nothing, one click takes it in hand.
    phone = window()
    phone.goto(link_in(second, "/escalations/in-hand/"))
    vera.reload()
    expect(vera.get_by_role("button", name=re.compile("I have it"))).to_have_count(2)
    phone.get_by_role("button", name="I have it – as Vera").click()
    expect(phone.get_by_text("Vera, you have it in hand.")).to_be_visible()
    hours.deliver()
    assert "Vera" in mails(post, people, "alice", "escalation acknowledged")
    bob.reload()
    expect(bob.get_by_text("Vera has it in hand")).to_be_visible()

    # Why it takes longer is documented, approved by another person, and put to the client.
    sam.goto(address)
    sam.get_by_role("link", name="Ask for an exception").click()
    sam.get_by_role("radio", name=re.compile("Resolution")).check()
    sam.get_by_role("radio", name=re.compile("Added time")).check()
    sam.get_by_role("radio", name=re.compile("Technical challenge")).check()
    sam.get_by_label("Reason for the delay").fill("The key is in a module whose maker has to sign it anew.")
    sam.get_by_label("Mitigation plan").fill("Sam – calls the maker every two hours – until it is signed")
    until = datetime.now(ZoneInfo(people.sam.user.timezone)) + timedelta(hours=30)
    sam.get_by_label("New date").fill(until.strftime("%Y-%m-%dT%H:%M"))
    sam.locator("input[name=evidence]").set_input_files(
        {"name": "ticket.txt", "mimeType": "text/plain", "buffer": b"Maker's ticket 4711"}
    )
    sam.get_by_role("button", name="Ask for it").click()
    expect(sam.get_by_text("Asked. Another person of the vendor approves it now.")).to_be_visible()
    expect(sam.get_by_role("link", name="Approve or refuse")).to_have_count(0)
    hours.deliver()

    lena = signed_in(people.lena)
    assert "Only another person" in mails(post, people, "lena", "exception requested, please decide")
    lena.goto(address)
    lena.get_by_role("link", name="Approve or refuse").click()
    lena.get_by_role("button", name="Approve and put it to the client").click()
    hours.deliver()

    assert "Accept or contest it" in mails(
        post, people, "alice", "please answer the request for an exception"
    )
    alice = signed_in(people.alice, at=address)
    expect(alice.get_by_text("reason missing")).to_have_count(0)
    alice.get_by_role("link", name="Accept or contest").click()
    expect(alice.get_by_role("link", name=re.compile("ticket.txt"))).to_be_visible()
    alice.get_by_role("button", name="Accept", exact=True).click()
    expect(alice.get_by_text("Accepted. It changes the adjusted figure only.")).to_be_visible()
    hours.deliver()
    assert "The new date is" in mails(post, people, "sam", "exception accepted")

    # Resolved in the added time: strict and adjusted stand side by side for both.
    hours.pass_by(10)
    act_on = signed_in(people.sam, at=address)
    act(act_on, "resolve", note="The new key is signed and in place.")
    for page in (act_on, alice):
        page.goto(address)
        expect(page.get_by_text(re.compile("Breached – resolved 11 h")).first).to_be_visible()
        expect(page.get_by_text(re.compile("with exception", re.IGNORECASE)).first).to_be_visible()
        assert due(page, "resolution") == deadline
