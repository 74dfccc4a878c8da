"""The frame of the pages in a real browser: the theme, the keyboard, the little scripts."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignIn
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PAGES: Sequence[str] = (
    "/",
    "/issues/new",
    "/profile",
    "/profile/password",
    "/people",
    "/agreement",
    "/calculator",
)


def test_the_chosen_colors_hold_from_the_first_paint_of_the_next_page(
    people: World, signed_in: SignIn
) -> None:
    page = signed_in(people.alice, color_scheme="light")
    page.goto("/profile")
    with page.expect_response("**/theme"):
        page.locator(".card [data-theme-form]").get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    answer = page.goto("/")
    assert answer is not None
    assert 'data-theme="dark"' in answer.text()


def test_a_menu_closes_on_escape_and_gives_the_focus_back(people: World, signed_in: SignIn) -> None:
    page = signed_in(people.alice)
    page.goto("/profile")
    opener = page.locator(".masthead__end > .menu > summary").first
    opener.press("Enter")
    expect(page.get_by_role("link", name="Your profile")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Your profile")).to_be_hidden()
    expect(opener).to_be_focused()


def test_pages_say_nothing_to_the_console(people: World, signed_in: SignIn) -> None:
    page = signed_in(people.alice)
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    for path in PAGES:
        page.goto(path)
    assert not said


def test_a_draft_waits_for_its_author_and_shows_itself_to_nobody_else(
    people: World, signed_in: SignIn
) -> None:
    page = signed_in(people.alice)
    page.goto("/issues/new")
    page.get_by_label("Title").fill("Half a thought")
    expect(page.locator("[data-draft-status]")).not_to_be_empty()
    page.goto("/issues/new")
    expect(page.get_by_label("Title")).to_have_value("Half a thought")
    page.goto("/profile")
    page.locator(".masthead__end > .menu > summary").first.click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").fill(people.bob.user.email)
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in").click()
    page.goto("/issues/new")
    expect(page.get_by_label("Title")).to_have_value("")


def test_the_page_works_without_scripts(people: World, signed_in: SignIn) -> None:
    page = signed_in(people.alice, java_script_enabled=False)
    page.goto("/profile")
    page.locator(".card [data-theme-form]").get_by_role("button", name="Dark").click()
    expect(page).to_have_url("/profile")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
