"""Two people look at the dashboard while a third one works; then the network is cut, and comes back."""

import re
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import pytest
from playwright.sync_api import Browser, Page, expect

from slaportal.accounts.models import Membership
from slaportal.issues.services import work
from tests import world as worlds
from tests.concurrency.portals import Portal, cookie_of
from tests.world import World, fresh, report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Cable:
    """The network between a browser and the portal, which one can cut."""

    def __init__(self, port: int) -> None:
        self.to = port
        self.whole = True
        self._ends: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        for end in [self._door, *self._ends]:
            end.close()

    def cut(self) -> None:
        """Nothing goes through any more."""
        self.whole = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Everything goes through again."""
        self.whole = True

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._door.accept()
                if not self.whole:
                    here.close()
                    continue
                there = socket.create_connection(("127.0.0.1", self.to))
                self._ends += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


@pytest.fixture
def people(transactional_db: None) -> World:
    return worlds.make_world()


@pytest.fixture
def portal(people: World, settings: Any) -> Iterator[Portal]:
    settings.SECRET_KEY = key = secrets.token_hex(32)
    with Portal(key) as one:
        yield one


def opened(browser: Browser, member: Membership, port: int) -> Page:
    context = browser.new_context(base_url=f"http://127.0.0.1:{port}", locale="en-GB")
    name, _, value = cookie_of(member).partition("=")
    context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
    page = context.new_page()
    page.goto("/dashboard")
    expect(page.locator("#board-state")).to_have_attribute("data-state", "live")
    return page


def count(page: Page, card: str) -> Any:
    return page.locator(f"[data-part={card}] .pane__count")


def test_two_browsers_see_a_change_and_one_of_them_the_cut_network(
    people: World, portal: Portal, browser: Browser
) -> None:
    with Cable(portal.port) as cable:
        sam, alice = opened(browser, people.sam, portal.port), opened(browser, people.alice, cable.port)
        expect(count(alice, "response")).to_have_text("0")
        issue = report(people.alice, title="Tokens are empty", level="critical", at=datetime.now(UTC))
        for page in (sam, alice):
            expect(count(page, "response")).to_have_text("1")
            expect(page.get_by_role("link", name="Tokens are empty").first).to_be_visible()
        cable.cut()
        expect(alice.locator("#board-state")).to_have_text(re.compile(r"Not live since \d\d:\d\d"))
        now = datetime.now(UTC)
        work.progress(issue=fresh(issue), stage="fixing", percent=65, actor=people.sam, now=now)
        expect(sam.locator("[data-part=work]")).to_contain_text("Fixing 65")
        expect(alice.locator("[data-part=work]")).not_to_contain_text("Fixing")
        cable.mend()
        expect(alice.locator("#board-state")).to_have_attribute("data-state", "live")
        expect(alice.locator("[data-part=work]")).to_contain_text("Fixing 65")
        for page in (sam, alice):
            page.context.close()


def test_without_a_stream_the_page_asks_and_without_scripts_it_reloads(
    people: World, portal: Portal, browser: Browser
) -> None:
    page = opened(browser, people.sam, portal.port)
    page.add_init_script("delete window.EventSource")
    page.clock.install()
    page.goto("/dashboard")
    report(people.alice, title="Tokens are empty", at=datetime.now(UTC))
    page.clock.run_for(31_000)
    expect(count(page, "response")).to_have_text("1")
    expect(page.locator("#board-state")).to_have_attribute("data-state", "polling")
    page.context.close()
    plain = browser.new_context(base_url=f"http://127.0.0.1:{portal.port}", java_script_enabled=False)
    name, _, value = cookie_of(people.sam).partition("=")
    plain.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{portal.port}"}])
    still = plain.new_page()
    still.goto("/dashboard")
    expect(still.locator("meta[http-equiv=refresh]")).to_have_attribute("content", "30")
    plain.close()


def test_the_page_leaves_when_the_session_ends(people: World, portal: Portal, browser: Browser) -> None:
    page = opened(browser, people.alice, portal.port)
    Membership.objects.filter(pk=people.alice.pk).update(active=False)
    expect(page.locator("#board")).to_have_count(0)
    page.context.close()
