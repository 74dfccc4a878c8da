"""A Critical issue is let slip: what each person then sees, in turn, on pages and in mails."""

import re
from dataclasses import dataclass
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


@dataclass
class Scene:
    """Who takes part, and what the story is about."""

    people: World
    window: SignIn
    signed_in: SignIn
    hours: Hours
    post: Page
    sam: Page
    bob: Page
    address: str
    deadline: datetime

    def mail(self, name: str, subject: str) -> str:
        """The newest mail to this person with these words in its subject."""
        return read_mail(self.post, getattr(self.people, name), subject)


def test_warning_breach_escalation_silence_acknowledgement_and_exception_each_reach_their_people(
    people: World, window: SignIn, signed_in: SignIn, hours: Hours
) -> None:
    issue = report(people.bob, level="critical", at=datetime.now(UTC), title=TITLE)
    address = f"/issues/{issue.reference}"
    sam = signed_in(people.sam, at=address)
    act(sam, "agree")
    act(sam, "comment", body="We see it too and look for the cause.")
    post, bob = signed_in(people.ada), signed_in(people.bob, at=address)
    scene = Scene(people, window, signed_in, hours, post, sam, bob, address, due(sam, "resolution"))
    nobody_works_on_it(scene)
    the_deadline_passes(scene)
    nobody_acknowledges(scene)
    the_delay_is_documented(scene)
    alice = the_client_accepts(scene)
    it_is_resolved_in_the_added_time(scene, alice)


def nobody_works_on_it(scene: Scene) -> None:
    """Nobody works on it. Half of the day is gone: the agents are warned, then their lead."""
    sam = scene.sam
    scene.hours.pass_by(12.1)
    assert "50 % of the time used" in scene.mail("sam", "resolution due soon")
    scene.hours.pass_by(9.7)
    assert "90 % of the time used" in scene.mail("lena", "resolution due soon")
    sam.reload()
    expect(sam.get_by_text("Warned the vendor lead: resolution, 90 % of the time used")).to_be_visible()


def the_deadline_passes(scene: Scene) -> None:
    """The deadline passes: the client hears it from the vendor, senior management is asked to act."""
    bob = scene.bob
    scene.hours.reach(scene.deadline + timedelta(seconds=30))
    assert "There is nothing you have to do" in scene.mail("bob", "resolution deadline missed")
    first = scene.mail("vera", "escalated to senior management, please acknowledge")
    assert "at the breach" in first
    bob.reload()
    expect(bob.get_by_text("Overdue by").first).to_be_visible()
    expect(bob.get_by_text("Resolution: reason missing")).to_be_visible()
    assert due(bob, "resolution") == scene.deadline


def nobody_acknowledges(scene: Scene) -> None:
    """An hour later the next step runs; from the mail, without signing in, one click takes it in hand."""
    bob = scene.bob
    scene.hours.pass_by(1.01)
    second = scene.mail("vera", "escalated to senior management, please acknowledge")
    assert "1 h after the breach" in second
    vera = scene.signed_in(scene.people.vera, at="/escalations/")
    expect(vera.get_by_role("button", name=re.compile("I have it"))).to_have_count(2)
    phone = scene.window()
    phone.goto(link_in(second, "/escalations/in-hand/"))
    vera.reload()
    expect(vera.get_by_role("button", name=re.compile("I have it"))).to_have_count(2)
    phone.get_by_role("button", name="I have it – as Vera").click()
    expect(phone.get_by_text("Vera, you have it in hand.")).to_be_visible()
    scene.hours.deliver()
    assert "Vera" in scene.mail("alice", "escalation acknowledged")
    bob.reload()
    expect(bob.get_by_text("Vera has it in hand")).to_be_visible()


def the_delay_is_documented(scene: Scene) -> None:
    """Why it takes longer is documented, approved by another person, and put to the client."""
    sam = scene.sam
    sam.goto(scene.address)
    sam.get_by_role("link", name="Ask for an exception").click()
    sam.get_by_role("radio", name=re.compile("Resolution")).check()
    sam.get_by_role("radio", name=re.compile("Added time")).check()
    sam.get_by_role("radio", name=re.compile("Technical challenge")).check()
    sam.get_by_label("Reason for the delay").fill("The key is in a module whose maker has to sign it anew.")
    sam.get_by_label("Mitigation plan").fill("Sam – calls the maker every two hours – until it is signed")
    until = datetime.now(ZoneInfo(scene.people.sam.user.timezone)) + timedelta(hours=30)
    sam.get_by_label("New date").fill(until.strftime("%Y-%m-%dT%H:%M"))
    sam.locator("input[name=evidence]").set_input_files(
        {"name": "ticket.txt", "mimeType": "text/plain", "buffer": b"Maker's ticket 4711"}
    )
    sam.get_by_role("button", name="Ask for it").click()
    expect(sam.get_by_text("Asked. Another person of the vendor approves it now.")).to_be_visible()
    expect(sam.get_by_role("link", name="Approve or refuse")).to_have_count(0)
    scene.hours.deliver()

    lena = scene.signed_in(scene.people.lena)
    assert "Only another person" in scene.mail("lena", "exception requested, please decide")
    lena.goto(scene.address)
    lena.get_by_role("link", name="Approve or refuse").click()
    lena.get_by_role("button", name="Approve and put it to the client").click()
    scene.hours.deliver()


def the_client_accepts(scene: Scene) -> Page:
    """The client reads the evidence, accepts, and the vendor hears of it."""
    assert "Accept or contest it" in scene.mail("alice", "please answer the request for an exception")
    alice = scene.signed_in(scene.people.alice, at=scene.address)
    expect(alice.get_by_text("reason missing")).to_have_count(0)
    alice.get_by_role("link", name="Accept or contest").click()
    expect(alice.get_by_role("link", name=re.compile("ticket.txt"))).to_be_visible()
    alice.get_by_role("button", name="Accept", exact=True).click()
    expect(alice.get_by_text("Accepted. It changes the adjusted figure only.")).to_be_visible()
    scene.hours.deliver()
    assert "The new date is" in scene.mail("sam", "exception accepted")
    return alice


def it_is_resolved_in_the_added_time(scene: Scene, alice: Page) -> None:
    """Resolved in the added time: strict and adjusted stand side by side for both."""
    scene.hours.pass_by(10)
    act_on = scene.signed_in(scene.people.sam, at=scene.address)
    act(act_on, "resolve", note="The new key is signed and in place.")
    for page in (act_on, alice):
        page.goto(scene.address)
        expect(page.get_by_text(re.compile("Breached – resolved 11 h")).first).to_be_visible()
        expect(page.get_by_text(re.compile("with exception", re.IGNORECASE)).first).to_be_visible()
        assert due(page, "resolution") == scene.deadline
