"""Browsers for people: each has a window of their own, and the hours between two looks at it can pass at once."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings as configured
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from slaportal.accounts.models import Membership
from tests import world as worlds
from tests.e2e.hours import Hours
from tests.world import PASSWORD, World

# The browser's driver keeps an event loop in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# A busy machine takes its time; an expectation that holds does not wait for any of this.
expect.set_options(timeout=20_000)


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
    # People of a story stay signed in over the days that it takes.
    settings.SESSION_COOKIE_AGE = 90 * 24 * 3600
    return str(live_server.url)


@pytest.fixture
def people(site: str) -> Iterator[World]:
    """The usual cast, on the running portal."""
    yield worlds.make_world()
    connections.close_all()


@pytest.fixture
def hours() -> Iterator[Hours]:
    """The portal's own time, which these people can let pass."""
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        yield Hours(traveller)


SignIn = Callable[..., Page]


@pytest.fixture
def window(browser: Browser, site: str) -> Iterator[SignIn]:
    """Open a window in which nobody is signed in yet."""
    windows: list[BrowserContext] = []

    def open_window(**options: Any) -> Page:
        given = {"base_url": site, "timezone_id": "Europe/Berlin", "locale": "en-GB", **options}
        windows.append(browser.new_context(**given))
        return windows[-1].new_page()

    yield open_window
    for one in windows:
        one.close()


@pytest.fixture
def signed_in(window: SignIn, site: str) -> SignIn:
    """Open a window for a member who has signed in before: on the first page, or on that of `at`."""

    def open_for(member: Membership, *, at: str = "/", **options: Any) -> Page:
        page = window(**options)
        visitor = Client()
        visitor.force_login(member.user)
        name = configured.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": visitor.cookies[name].value, "url": site}])
        page.goto(at)
        return page

    return open_for


def sign_in(page: Page, member: Membership) -> None:
    """Sign in as a person does: address, password, Enter."""
    page.goto("/")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(member.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("sign-in"))


def instant(time: Locator) -> datetime:
    """Return the instant that a time on a page stands for."""
    return datetime.fromisoformat(time.get_attribute("datetime") or "")


def due(page: Page, metric: str) -> datetime:
    """Return the due instant of a clock on an issue's page; the page says another thing while it is paused."""
    clock = page.locator(".clocks__one").filter(has=page.locator(f"a[href$='#{metric}']"))
    return instant(clock.locator("p time").first)


def announced(panel: Locator) -> tuple[datetime, datetime]:
    """Return from when to when the resolution would move, as the page says before anybody confirms it."""
    effect = panel.locator(".effect", has_text="Resolve-by moves").first
    expect(effect).to_have_text(re.compile(r"Resolve-by moves\s+from .+ to .+\."))
    return instant(effect.locator("time").nth(0)), instant(effect.locator("time").nth(1))


def opened(page: Page, name: str) -> Locator:
    """Open the form of act `name` on an issue's page, as a person would, and return it."""
    closed = page.locator(f"details#act-{name}:not([open]) > summary")
    if closed.count():
        closed.click()
    return page.locator(f"form[action$='/acts/{name}']")


def act(page: Page, name: str, **typed: str) -> None:
    """Open the form of act `name`, type into its fields, choose its radios, send it, and see no refusal."""
    form = opened(page, name)
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
    """Open the newest mail to `person` whose subject contains `subject` in the mailbox; return its words."""
    page.goto(f"/mailbox?to={person.user.email}")
    page.get_by_role("link", name=re.compile(re.escape(subject))).first.click()
    return " ".join((page.locator("main").text_content() or "").split())
