"""The staff's queue by keyboard alone, and with the keys switched off (WCAG 2.1.4)."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignIn
from tests.world import World, report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUEUE = "/admin/issues/issue/"
HERE = "#result_list tr.q-here"


@pytest.fixture
def queue(people: World, signed_in: SignIn) -> Page:
    """Sam's window with three issues in the queue, the most urgent first."""
    for level in ("low", "medium", "high"):
        report(people.alice, level=level, at=datetime.now(UTC), title=f"A {level} matter")
    page = signed_in(people.sam, at=QUEUE)
    expect(page.locator("#result_list tr.data-row")).to_have_count(3)
    return page


def test_keys_move_select_search_and_open(queue: Page) -> None:
    queue.keyboard.press("j")
    expect(queue.locator(HERE)).to_contain_text("A high matter")
    queue.keyboard.press("j")
    queue.keyboard.press("j")
    queue.keyboard.press("k")
    expect(queue.locator(HERE)).to_contain_text("A medium matter")
    queue.keyboard.press("x")
    expect(queue.locator(f"{HERE} input.action-select")).to_be_checked()
    queue.keyboard.press("/")
    expect(queue.locator("#searchbar")).to_be_focused()
    queue.keyboard.type("jjj")
    expect(queue.locator(HERE)).to_contain_text("A medium matter")
    queue.keyboard.press("Escape")
    queue.locator("#searchbar").blur()
    queue.keyboard.press("k")
    queue.keyboard.press("Enter")
    expect(queue).to_have_url(re.compile(r"/admin/issues/issue/\d+/change/"))
    expect(queue.get_by_role("heading", name="A high matter", exact=True)).to_be_visible()


def test_keys_that_are_switched_off_stay_off(queue: Page) -> None:
    queue.get_by_role("button", name="Keys on").click()
    queue.reload()
    button = queue.get_by_role("button", name="Keys off")
    expect(button).to_be_visible()
    queue.keyboard.press("j")
    queue.keyboard.press("/")
    expect(queue.locator(HERE)).to_have_count(0)
    expect(queue.locator("#searchbar")).not_to_be_focused()
    button.click()
    queue.keyboard.press("j")
    expect(queue.locator(HERE)).to_have_count(1)


def test_an_issue_is_triaged_without_leaving_the_page(queue: Page) -> None:
    queue.get_by_role("link", name="A high matter").click()
    queue.get_by_role("button", name="Assign to me").click()
    expect(queue.get_by_text("owned by Sam")).to_be_visible()
    queue.get_by_role("button", name="Agree to the client’s level: High").click()
    expect(queue.get_by_text("High is in force.")).to_be_visible()
    queue.get_by_label("Message").fill("We can reproduce it.")
    queue.get_by_role("button", name="Send to the client").click()
    expect(queue.get_by_text("wrote – the first response")).to_be_visible()
