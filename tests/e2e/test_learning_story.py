"""From a breach to what changes because of it: the post-mortem of a High issue, in four people's browsers."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from slaportal.issues.models import Issue
from slaportal.issues.services import classification, work
from tests import world as worlds
from tests.e2e.conftest import SignIn, act, read_mail
from tests.e2e.hours import Hours
from tests.world import World, fresh

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECTIONS = {
    "summary": "Tokens came back empty for three days.",
    "impact": "Every second call failed; the resolution was late.",
    "detection": "By the client, at once.",
    "trigger": "A certificate ran out.",
    "resolution": "The certificate was renewed.",
    "client_text": "A certificate ran out, and Sam was told too late. It is renewed.",
}
ACTION = "Warn 30 days before a certificate runs out"


@pytest.fixture
def people(site: str) -> Iterator[World]:
    """The usual cast under a policy that owes post-mortems, on the running portal."""
    yield worlds.make_world(owes_postmortem=True)
    connections.close_all()


def do(page: Page, act: str, /, **typed: str) -> None:
    """Open the form of one act on the post-mortem, type, send, and see no refusal."""
    closed = page.locator(f"details#act-{act}:not([open]) > summary")
    if closed.count():
        closed.click()
    form = page.locator(f"form[action$='/acts/{act}']").first
    for field, value in typed.items():
        if form.locator(f"select[name={field}]").count():
            form.locator(f"select[name={field}]").select_option(label=value)
        else:
            form.locator(f"[name={field}]").fill(value)
    form.locator("button[type=submit]").click()
    expect(page.locator(".refusal, .errors")).to_have_count(0)


def late_and_resolved(people: World, hours: Hours, signed_in: SignIn) -> tuple[Issue, Page]:
    """An issue that sam resolved an hour after its deadline, and his window on it."""
    now = datetime.now(UTC)
    issue = worlds.report(people.bob, level="high", at=now)
    work.assign(issue=fresh(issue), to=people.sam, actor=people.lena, now=now + timedelta(seconds=1))
    work.comment(issue=fresh(issue), body="I look into it.", actor=people.sam, now=now + timedelta(seconds=2))
    classification.agree(issue=fresh(issue), actor=people.sam, now=now + timedelta(seconds=3))
    hours.pass_by(73)  # the resolution was promised in less than 72 hours
    sam = signed_in(people.sam, at=f"/issues/{issue.reference}")
    act(sam, "resolve", note="The certificate is renewed.")
    hours.pass_by(0.1)
    return issue, sam


def write(sam: Page, address: str) -> None:
    """Write every section, one factor and one action that is due tomorrow, and put it to review."""
    sam.goto(address)
    sam.get_by_role("link", name="Write the sections").first.click()
    for name, text in SECTIONS.items():
        sam.locator(f"textarea[name={name}]").fill(text)
    sam.get_by_role("button", name="Save").click()
    do(sam, "add-factor", kind="Technical", name="Certificate not watched", text="Nobody was told.")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    do(sam, "add-action", kind="Detect", text=ACTION, owner="Sam", due_on=tomorrow)
    do(sam, "submit")
    expect(sam.locator("h1 + .row")).to_contain_text("In review")


def test_a_breach_becomes_a_published_postmortem_with_an_action_that_is_reminded_of(
    people: World, hours: Hours, signed_in: SignIn
) -> None:
    issue, sam = late_and_resolved(people, hours, signed_in)

    # The lead is told; the draft holds the breach already.
    lena = signed_in(people.lena)
    assert "asks for a post-mortem" in read_mail(lena, people.lena, "post-mortem to write")
    lena.goto(f"/issues/{issue.reference}")
    lena.get_by_role("link", name="Open the post-mortem").click()
    address = lena.url
    missed = lena.locator(".ticks__one", has_text="The resolution deadline was missed")
    expect(missed.get_by_role("checkbox")).to_be_checked()

    # Sam writes it, Lena approves what she did not write, Vera publishes what she saw in the preview.
    write(sam, address)
    lena.goto(address)
    do(lena, "approve")
    vera = signed_in(people.vera, at=address)
    vera.get_by_role("link", name="Preview and publish to the client").click()
    expect(vera.locator("main")).to_contain_text("the vendor agent was told too late")
    vera.get_by_role("button", name="Publish to the client").click()
    expect(vera.locator("h1 + .row")).to_contain_text("Published")
    hours.deliver()

    # Alice reads it and publishes it inside Acme.
    alice = signed_in(people.alice)
    assert "what changes because of it" in read_mail(alice, people.alice, "post-mortem published")
    alice.goto(address)
    expect(alice.locator("main")).to_contain_text(ACTION)
    expect(alice.locator("main")).not_to_contain_text("Sam")
    expect(alice.locator("main")).not_to_contain_text("Every second call failed")
    alice.get_by_role("button", name="Publish to my organization").click()

    # Two days later the action is overdue, and Sam is reminded.
    hours.pass_by(60)
    assert "is overdue" in read_mail(sam, people.sam, "action overdue")
    sam.goto("/post-mortems/actions?tab=overdue")
    expect(sam.locator("main")).to_contain_text(ACTION)

    # Confirmed, and closed by itself, since the post-mortem is published.
    alice.goto(f"/issues/{issue.reference}")
    act(alice, "confirm")
    hours.pass_by(0.1)
    alice.reload()
    expect(alice.locator("h1 + .row")).to_contain_text(re.compile("Closed"))
