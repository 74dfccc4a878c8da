"""The main job as people live it: report, agree, let slip, escalate, resolve, confirm. Mails included."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignIn, act, read_mail, sign_in
from tests.e2e.hours import Hours
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_critical_issue_is_reported_agreed_let_slip_escalated_resolved_and_confirmed(
    people: World, window: SignIn, signed_in: SignIn, hours: Hours
) -> None:
    bob = window()
    sign_in(bob, people.bob)
    bob.get_by_role("link", name="Report an issue").first.click()
    bob.get_by_label("Title").fill("Every request to the tokenizer fails")
    bob.get_by_label(re.compile("Describe|Description|happens")).fill("Since 09:14 each call answers 500.")
    bob.get_by_role("radio", name=re.compile("Critical")).check()
    bob.get_by_role("button", name="Report the issue").click()
    expect(bob.get_by_role("heading", level=1)).to_contain_text("Every request to the tokenizer fails")
    expect(bob.get_by_text("provisional").first).to_be_visible()
    address = bob.url

    sam = signed_in(people.sam)
    expect(sam.get_by_text("Waiting for your answer on criticality")).to_be_visible()
    sam.get_by_role("link", name="Every request to the tokenizer fails").first.click()
    act(sam, "agree")
    act(sam, "comment", body="We see it too: the signing key ran out. Rolling it now.")
    expect(sam.get_by_text("First response", exact=True)).to_be_visible()

    bob.reload()
    expect(bob.get_by_text(re.compile("Met – responded"))).to_be_visible()

    hours.pass_by(25)
    vera = signed_in(people.vera)
    text = read_mail(vera, people.vera, "Every request to the tokenizer fails")
    assert "Critical" in text
    vera.goto("/escalations/")
    expect(vera.get_by_text("Every request to the tokenizer fails").first).to_be_visible()
    expect(vera.get_by_text(re.compile("Overdue by 1 h")).first).to_be_visible()
    vera.get_by_role("button", name=re.compile("I have it")).first.click()
    expect(vera.get_by_role("cell", name=re.compile("^Vera")).first).to_be_visible()

    told = read_mail(vera, people.bob, "Every request to the tokenizer fails")
    assert "Resolution" in told

    sam.goto(address)
    act(sam, "resolve", note="The key renews itself from 4.2.1 on.")
    expect(sam.get_by_text(re.compile("Breached – resolved 1 h"))).to_be_visible()

    bob.goto(address)
    expect(bob.get_by_text("does it work for you?")).to_be_visible()
    act(bob, "confirm")
    expect(bob.get_by_text("Closed").first).to_be_visible()
    expect(bob.get_by_text(re.compile("Breached – resolved 1 h"))).to_be_visible()
