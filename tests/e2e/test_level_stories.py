"""Both parties classify together: they counter, dispute, decide, fall silent, and see first what each answer does."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignIn, act, announced, due, opened, read_mail
from tests.e2e.hours import Hours
from tests.world import World, report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_two_counters_and_a_dispute_end_when_one_decider_of_each_party_chooses_the_same_level(
    people: World, signed_in: SignIn
) -> None:
    issue = report(people.bob, level="high", at=datetime.now(UTC), title="Exports lose the last row")
    address = f"/issues/{issue.reference}"

    sam = signed_in(people.sam, at=address)
    choice = opened(sam, "counter").locator("label", has=sam.locator("input[value='low']"))
    assert announced(choice)[0] == due(sam, "resolution")
    act(sam, "counter", level="low", reason="Only one client exports more than a million rows.")
    expect(sam.get_by_text("Your proposal is sent; the other party answers now.")).to_be_visible()

    bob = signed_in(people.bob, at=address)
    expect(bob.get_by_text("Only one client exports more than a million rows.").first).to_be_visible()
    expect(bob.locator("#act-agree")).to_have_count(0)  # A reporter proposes; the manager agrees.
    act(bob, "counter", level="medium", reason="Our audit needs the full export every Friday.")

    sam.reload()
    expect(sam.locator("#act-counter")).to_have_count(0)
    act(sam, "dispute", reason="We read the word “core functionality” differently.")
    expect(sam.get_by_text("With the deciders, one of each party")).to_be_visible()
    expect(sam.locator("#act-decide")).to_have_count(0)

    alice = signed_in(people.alice)
    expect(alice.get_by_text("Waiting for your answer on criticality")).to_be_visible()
    alice.goto(address)
    act(alice, "decide", level="low")
    expect(alice.get_by_text("Your choice is on record.")).to_be_visible()
    expect(alice.get_by_text("With the deciders, one of each party")).to_be_visible()

    vera = signed_in(people.vera, at=address)
    choice = opened(vera, "decide").locator("label", has=vera.locator("input[value='low']"))
    before, after = announced(choice)
    assert before == due(vera, "resolution") < after
    act(vera, "decide", level="low")
    expect(vera.get_by_text("Decided by the deciders, one of each party")).to_be_visible()
    expect(vera.get_by_text(re.compile("The level is Low"))).to_be_visible()
    assert due(vera, "resolution") == after

    bob.reload()
    expect(bob.get_by_text(re.compile("The level is Low"))).to_be_visible()
    assert due(bob, "resolution") == after


def test_a_proposal_that_the_vendor_leaves_unanswered_stands_after_a_reminder(
    people: World, signed_in: SignIn, hours: Hours
) -> None:
    issue = report(people.alice, level="high", at=datetime.now(UTC), title="Masking skips nested fields")
    answer_by = issue.answer_due_at
    assert answer_by is not None

    hours.pass_by(5)
    sam = signed_in(people.sam)
    reminder = read_mail(sam, people.sam, "your answer on the criticality is due")
    assert "The proposal of High" in reminder
    assert "High is agreed by silence" in reminder

    hours.reach(answer_by)
    sam.goto(f"/issues/{issue.reference}")
    expect(sam.get_by_text(re.compile("The level is High"))).to_be_visible()
    expect(sam.get_by_text("Did not answer in time: the proposed level stands.")).to_be_visible()
    expect(sam.locator("#act-agree")).to_have_count(0)

    alice = signed_in(people.alice)
    told = read_mail(alice, people.alice, "criticality settled by silence")
    assert "High is now the agreed level" in told
    alice.goto(f"/issues/{issue.reference}")
    expect(alice.locator(".tag", has_text="Agreed")).to_be_visible()
    assert due(alice, "resolution") == issue.submitted_at + timedelta(hours=72)


def test_who_agrees_to_a_stricter_level_sees_before_when_the_issue_must_be_resolved_then(
    people: World, signed_in: SignIn, hours: Hours
) -> None:
    issue = report(people.alice, level="medium", at=datetime.now(UTC), title="Login takes a minute")
    address = f"/issues/{issue.reference}"
    sam = signed_in(people.sam, at=address)
    act(sam, "agree")
    expect(sam.get_by_text(re.compile("The level is Medium"))).to_be_visible()

    hours.pass_by(2)
    alice = signed_in(people.alice, at=address)
    act(alice, "repropose", level="critical", reason="Since noon nobody can sign in at all.")
    expect(alice.get_by_text(re.compile("Medium stays in force until you agree on another"))).to_be_visible()

    sam.goto(address)
    form = opened(sam, "agree")
    before, after = announced(sam.locator("#act-agree"))
    assert before == due(sam, "resolution")
    form.locator("button[type=submit]").click()
    expect(sam.get_by_text(re.compile("The level is Critical"))).to_be_visible()
    # The stricter target counts from the moment of agreeing, some seconds after it was announced.
    assert after <= due(sam, "resolution") < after + timedelta(minutes=5)
