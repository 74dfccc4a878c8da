"""Finding what is there already: similar issues while reporting, following, saved views, splitting and follow-ups."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from slaportal.issues.models import Issue
from slaportal.issues.services import ending
from tests.e2e.conftest import SignIn, act
from tests.world import HOUR, World, fresh, make_member, report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_manager_follows_the_issue_that_is_there_already(people: World, signed_in: SignIn) -> None:
    report(people.bob, title="Tokens come back empty")
    alice = signed_in(people.alice, at="/issues/new")
    alice.get_by_label("Title").fill("Empty tokans since this morning")
    alice.get_by_label("What happens?").focus()
    expect(alice.get_by_role("heading", name="Is it one of these?")).to_be_visible()
    alice.get_by_role("button", name="No, mine is different").click()
    expect(alice.get_by_role("heading", name="Is it one of these?")).to_be_hidden()
    alice.get_by_label("Title").fill("Empty tokans, again")
    alice.get_by_label("What happens?").focus()
    alice.get_by_role("button", name="Follow this one").click()
    expect(alice).to_have_url(re.compile("/issues/ISS-"))
    expect(alice.get_by_text("You follow this issue now.")).to_be_visible()
    assert Issue.objects.get().watchers.get() == people.alice


def test_without_scripts_nothing_stands_in_the_way_of_a_report(people: World, signed_in: SignIn) -> None:
    report(people.alice, title="Tokens come back empty")
    alice = signed_in(people.alice, at="/issues/new", java_script_enabled=False)
    alice.get_by_label("Title").fill("Tokens come back empty")
    alice.get_by_label("What happens?").fill("Again.")
    alice.get_by_role("radio", name=re.compile("High")).check()
    alice.get_by_role("button", name="Report the issue").click()
    expect(alice).to_have_url(re.compile("/issues/ISS-"))
    assert Issue.objects.count() == 2


def test_a_view_is_saved_and_asked_again_by_a_colleague(people: World, signed_in: SignIn) -> None:
    report(people.alice, title="Tokens come back empty")
    report(people.alice, title="Printer on fire", description="It burns.")
    alice = signed_in(people.alice, at="/?q=tokans")
    expect(alice.get_by_role("link", name="Tokens come back empty")).to_be_visible()
    alice.get_by_text("Save this view").click()
    alice.get_by_label("Name", exact=True).fill("Tokens")
    alice.get_by_label("Offer it to my colleagues too").check()
    alice.get_by_role("button", name="Save", exact=True).click()
    colleague = signed_in(make_member("Carol", people.acme, "client_manager"))
    colleague.get_by_role("navigation", name="Saved views").get_by_role("link", name="Tokens").click()
    expect(colleague.get_by_role("link", name="Tokens come back empty")).to_be_visible()
    expect(colleague.get_by_role("link", name="Printer on fire")).to_have_count(0)


def test_an_issue_is_split_and_an_ended_one_is_followed_up(people: World, signed_in: SignIn) -> None:
    now = datetime.now(UTC)
    issue = report(people.alice, title="Tokens come back empty", at=now)
    sam = signed_in(people.sam, at=f"/issues/{issue.reference}")
    act(sam, "split", title="Exports fail too", description="Since the same morning.")
    part = Issue.objects.get(title="Exports fail too")
    sam.get_by_role("link", name=part.reference).click()
    expect(sam.get_by_role("heading", name="Exports fail too")).to_be_visible()
    ending.withdraw(issue=fresh(issue), reason="Gone.", actor=people.alice, now=now + HOUR)
    alice = signed_in(people.alice, at=f"/issues/{issue.reference}")
    alice.get_by_role("link", name="Report a follow-up").click()
    expect(alice.get_by_text("has ended. This is a new issue with clocks of its own")).to_be_visible()
