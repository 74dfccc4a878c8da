"""Browsers for people: each signs in as they would, in a window of their own."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from slaportal.accounts.models import Membership
from tests import world as worlds
from tests.world import PASSWORD, World

# The browser's driver keeps an event loop in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the system's Chromium, quiet and without any network of its own."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return {**browser_type_launch_args, "executable_path": os.environ.get("CHROMIUM") or None, "args": quiet}


@pytest.fixture
def site(live_server: LiveServer, settings: Any) -> str:
    """The address of a running portal; mails go to its mailbox page."""
    settings.PORTAL_URL = live_server.url
    settings.EMAIL_BACKEND = "slaportal.notifications.mailbox.EmailBackend"
    return str(live_server.url)


@pytest.fixture
def people(site: str) -> Iterator[World]:
    """The usual cast, on the running portal."""
    yield worlds.make_world()
    connections.close_all()


SignIn = Callable[..., Page]


@pytest.fixture
def signed_in(browser: Browser, site: str) -> Iterator[SignIn]:
    """Open a window for a member and sign in through the page."""
    windows: list[BrowserContext] = []

    def open_for(member: Membership, **options: Any) -> Page:
        window = browser.new_context(base_url=site, timezone_id="Europe/Berlin", locale="en-GB", **options)
        windows.append(window)
        page = window.new_page()
        sign_in(page, member)
        return page

    yield open_for
    for window in windows:
        window.close()


def sign_in(page: Page, member: Membership) -> None:
    """Sign in as a person does: address, password, Enter."""
    page.goto("/")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(member.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("sign-in"))


def act(page: Page, name: str, **typed: str) -> None:
    """Open the form of act `name`, type into its fields, choose its radios, send it, and see no refusal."""
    closed = page.locator(f"details#act-{name}:not([open]) > summary")
    if closed.count():
        closed.click()
    form = page.locator(f"form[action$='/acts/{name}']")
    for field, value in typed.items():
        radio = form.locator(f"input[type=radio][name={field}][value='{value}']")
        if radio.count():
            radio.check(force=True)
        elif form.locator(f"select[name={field}]").count():
            form.locator(f"select[name={field}]").select_option(value)
        else:
            form.locator(f"[name={field}]").fill(value)
    form.locator("button[type=submit]").click()
    expect(page.locator(".refusal")).to_have_count(0)


def read_mail(page: Page, person: Membership, subject: str) -> str:
    """Open the newest mail to `person` whose subject contains `subject` in the mailbox; return its text."""
    page.goto(f"/mailbox?to={person.user.email}")
    page.get_by_role("link", name=re.compile(re.escape(subject))).first.click()
    return page.locator("main").text_content() or ""
