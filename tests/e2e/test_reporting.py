"""Reporting an issue in all the ways people do: with files, without scripts, by keys alone, on a phone."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from slaportal.issues.models import Issue
from slaportal.policies.services import load_standard
from tests.e2e.conftest import SignIn, act, opened
from tests.world import BEGIN, World, make_client, make_member, report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

LINES = b"09:14:02 500 /tokens"
PROGRAM = b"MZ"


def a_file(name: str, content: bytes) -> FilePayload:
    """Return a file as a person chooses it with the button."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_files_of_a_report_and_of_a_message_come_back_as_they_were_sent(
    people: World, signed_in: SignIn, tmp_path: Path
) -> None:
    alice = signed_in(people.alice, at="/issues/new")
    alice.get_by_label("Title").fill("Tokens come back empty")
    alice.get_by_label("What happens?").fill("See the log.")
    alice.get_by_label("Files").set_input_files(
        [a_file("gateway.log", LINES), a_file("größe & <b>.log", LINES)]
    )
    alice.get_by_role("radio", name=re.compile("High")).check()
    alice.get_by_role("button", name="Report the issue").click()
    expect(alice.get_by_role("link", name="gateway.log")).to_be_visible()
    expect(alice.get_by_role("link", name="größe & <b>.log")).to_be_visible()

    sam = signed_in(people.sam, at=alice.url)
    form = opened(sam, "comment")
    form.locator("[name=body]").fill("Please try this.")
    form.locator("[name=attachments]").set_input_files(a_file("repair.exe", PROGRAM))
    form.locator("button[type=submit]").click()
    expect(
        sam.get_by_text(re.compile("“repair.exe” is a program and cannot be attached")).first
    ).to_be_visible()
    expect(form.locator("[name=body]")).to_have_value("Please try this.")
    expect(sam.get_by_text("Please choose your files again")).to_be_visible()
    form.locator("[name=attachments]").set_input_files(a_file("repair.zip", PROGRAM))
    form.locator("button[type=submit]").click()

    alice.reload()
    with alice.expect_download() as waiting:
        alice.get_by_role("link", name="repair.zip").click()
    waiting.value.save_as(tmp_path / "got.zip")
    assert waiting.value.suggested_filename == "repair.zip"
    assert (tmp_path / "got.zip").read_bytes() == PROGRAM


def test_files_are_dragged_and_pasted_and_taken_away_again(people: World, signed_in: SignIn) -> None:
    alice = signed_in(people.alice, at="/issues/new")
    alice.evaluate(
        """() => {
          const form = document.querySelector("form.report");
          for (const [kind, name] of [["drop", "dragged.log"], ["paste", "screenshot.png"], ["drop", "wrong.log"]]) {
            const carrier = new DataTransfer();
            carrier.items.add(new File(["x"], name));
            const options = { bubbles: true, cancelable: true, dataTransfer: carrier, clipboardData: carrier };
            form.dispatchEvent(kind === "drop" ? new DragEvent(kind, options) : new ClipboardEvent(kind, options));
          }
        }"""
    )
    expect(alice.locator(".attached li")).to_have_count(3)
    alice.get_by_role("button", name=re.compile("wrong.log")).click()
    alice.get_by_label("Title").fill("Tokens come back empty")
    alice.get_by_label("What happens?").fill("See the picture.")
    alice.get_by_role("radio", name=re.compile("High")).check()
    alice.get_by_role("button", name="Report the issue").click()
    expect(alice.get_by_role("link", name="dragged.log")).to_be_visible()
    expect(alice.get_by_role("link", name="screenshot.png")).to_be_visible()
    expect(alice.get_by_text("wrong.log")).to_have_count(0)


def test_without_scripts_a_report_with_something_missing_comes_back_with_all_that_was_typed(
    people: World, signed_in: SignIn
) -> None:
    alice = signed_in(people.alice, at="/issues/new", java_script_enabled=False)
    alice.get_by_label("Title").fill("Tokens come back empty")
    alice.get_by_label("What happens?").fill("Every second call, since Monday.")
    alice.get_by_label("Product", exact=False).first.fill("Gateway")
    alice.get_by_role("button", name="Report the issue").click()
    expect(alice.get_by_role("alert")).to_contain_text("Nothing was saved yet")
    expect(alice.get_by_role("alert").get_by_role("link", name=re.compile("Level"))).to_be_visible()
    expect(alice.get_by_label("Title")).to_have_value("Tokens come back empty")
    expect(alice.get_by_label("What happens?")).to_have_value("Every second call, since Monday.")
    assert not Issue.objects.exists()

    alice.get_by_role("radio", name=re.compile("High")).check()
    alice.get_by_role("button", name="Report the issue").click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("Tokens come back empty")

    sam = signed_in(people.sam, at=alice.url, java_script_enabled=False)
    act(sam, "agree")
    act(sam, "comment", body="We look into it.")
    alice.reload()
    expect(alice.get_by_text("We look into it.").first).to_be_visible()
    assert Issue.objects.get().product == "Gateway"


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the focus is on what `wanted` selects, as a person without a mouse does."""
    for _press in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab never came to {wanted} on {page.url}.")


def test_an_issue_is_reported_and_agreed_with_keys_alone(people: World, signed_in: SignIn) -> None:
    alice = signed_in(people.alice)
    tab_to(alice, "a[href='/issues/new']")
    alice.keyboard.press("Enter")
    expect(alice).to_have_url(re.compile("/issues/new$"))
    tab_to(alice, "[name=title]")
    alice.keyboard.type("Nobody can sign in")
    tab_to(alice, "[name=description]")
    alice.keyboard.type("Since 09:14.")
    tab_to(alice, "[name=level]")
    alice.keyboard.press("Space")
    alice.keyboard.press("ArrowDown")
    tab_to(alice, "main button[type=submit]")
    alice.keyboard.press("Enter")
    expect(alice.get_by_role("heading", level=1)).to_have_text("Nobody can sign in")
    assert Issue.objects.get().level == "high"

    sam = signed_in(people.sam)
    tab_to(sam, "a[href$='#level']")
    sam.keyboard.press("Enter")
    expect(sam).to_have_url(re.compile("/issues/ISS-"))
    tab_to(sam, "#act-agree > summary")
    sam.keyboard.press("Enter")
    tab_to(sam, "form[action$='/acts/agree'] button")
    sam.keyboard.press("Enter")
    expect(sam.get_by_text("The level is agreed.")).to_be_visible()


def test_on_a_narrow_phone_a_client_reads_and_confirms_without_scrolling_sideways(
    people: World, signed_in: SignIn
) -> None:
    issue = report(
        people.alice, at=datetime.now(UTC), title="Anonymization of “straßenverzeichnis.csv” stops"
    )
    sam = signed_in(people.sam, at=f"/issues/{issue.reference}")
    act(sam, "agree")
    act(sam, "resolve", note="The column `straße` is read in every encoding from 4.2.1 on.")

    phone = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
    alice = signed_in(people.alice, **phone)
    for path in ("/", "/?tab=all", "/issues/new", f"/issues/{issue.reference}/explain", "/"):
        alice.goto(path)
        assert alice.evaluate("document.documentElement.scrollWidth") <= 320, path
    alice.get_by_role("link", name=re.compile("straßenverzeichnis")).first.tap()
    expect(alice.get_by_role("heading", name="Resolved – does it work for you?")).to_be_in_viewport()
    assert alice.evaluate("document.documentElement.scrollWidth") <= 320
    button = alice.get_by_role("button", name="Yes, confirm")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 32, "A thumb needs room."
    button.tap()
    expect(alice.get_by_text("Thank you. It is confirmed.")).to_be_visible()
    assert alice.evaluate("document.documentElement.scrollWidth") <= 320


def test_four_answers_suggest_a_level_and_another_one_needs_a_sentence(site: str, signed_in: SignIn) -> None:
    client = make_client("Initech", "Europe/Berlin", load_standard(now=BEGIN))
    milton = signed_in(make_member("Milton", client, "client_manager"), at="/issues/new")
    milton.get_by_label("Title").fill("Masked exports show the last name")
    milton.get_by_label("What happens?").fill("Since this morning.")
    for answer in ("An important function", "One person", "With a workaround", "No"):
        milton.get_by_role("radio", name=answer, exact=True).last.check()
    tag = milton.locator("[data-suggested]:visible")
    expect(tag).to_have_count(1)
    suggested = tag.get_attribute("data-suggested") or ""
    expect(milton.get_by_text("Answer the four questions")).to_be_hidden()
    other = "critical" if suggested != "critical" else "low"
    milton.locator(f"[name=level][value={other}]").check()
    milton.get_by_role("button", name="Report the issue").click()
    expect(milton.get_by_role("alert")).to_contain_text(re.compile("Say in a sentence why"))
    milton.get_by_label("Why does another level fit better?").fill("The person is our auditor.")
    milton.get_by_role("button", name="Report the issue").click()
    expect(milton.get_by_role("heading", level=1)).to_have_text("Masked exports show the last name")
    expect(milton.get_by_text("The person is our auditor.").first).to_be_visible()
    assert Issue.objects.get().level == other
