"""Every page for every eye: axe finds nothing, and no page is wider than its window, in light and dark."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Page

from slaportal.escalations import services as escalations
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, ending, waiting, work
from slaportal.notifications import services as notifications
from tests.architecture.routes import PUBLIC, ROUTES
from tests.e2e.conftest import SignIn
from tests.world import World, fresh, report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

# All rules where all is seen at once; elsewhere those on which color and width have a say.
ALL: Final = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLORS: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
PLACES: Final = {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}
# What the theme of the admin itself does, and a style sheet or template of ours cannot change: rule → part of the place.
OF_THE_THEME: Final[dict[str, Sequence[str]]] = {}


@pytest.fixture
def states(people: World) -> dict[str, Issue]:
    """One issue in each state that looks different, by name."""
    now = datetime.now(UTC)
    ago = now - timedelta(hours=30)
    found = {
        name: report(people.alice, at=ago, title=f"An issue that is {name}", level=level)
        for name, level in STATES
    }
    for name in ("waiting", "resolved", "breached"):
        classification.agree(issue=fresh(found[name]), actor=people.sam, now=ago)
        work.comment(issue=fresh(found[name]), body="We *look* into `it`.", actor=people.sam, now=ago)
    work.note(issue=fresh(found["waiting"]), body="They are slow today.", actor=people.sam, now=ago)
    waiting.wait(issue=fresh(found["waiting"]), on="client", reason="Your logs", actor=people.sam, now=now)
    ending.resolve(issue=fresh(found["resolved"]), note="Fixed in 4.2.1.", actor=people.sam, now=now)
    why = "Only one client is affected."
    classification.counter(issue=fresh(found["disputed"]), level="low", reason=why, actor=people.sam, now=ago)
    classification.dispute(issue=fresh(found["disputed"]), reason="We differ.", actor=people.alice, now=ago)
    escalations.watch(now=now)
    escalations.request_exception(
        issue=fresh(found["breached"]),
        effect="explanation",
        cause="technical_challenge",
        reason="The index is large.",
        plan="Build it anew.",
        actor=people.sam,
        now=now,
    )
    while notifications.deliver(now=now):
        pass
    return found


STATES: Final = (
    ("proposed", "medium"),
    ("disputed", "medium"),
    ("waiting", "medium"),
    ("resolved", "medium"),
    ("breached", "critical"),
)


def faults(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe finds on the page, as rule and places, without what is the theme's."""
    found = []
    for fault in Axe().run(page, options={"runOnly": rules}).response["violations"]:
        places = [" ".join(map(str, node["target"])) for node in fault["nodes"]]
        ours = [
            place for place in places if not any(part in place for part in OF_THE_THEME.get(fault["id"], ()))
        ]
        if ours:
            found.append(f"{page.url} {fault['id']} ({fault['impact']}): {ours}")
    return found


def walk(page: Page, paths: Sequence[str], rules: dict[str, Any]) -> list[str]:
    """Open each page and return what is wrong with it."""
    found = []
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    for path in paths:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{path} is {wide} px wide in a window of {width}"] if wide > width else []
        found += faults(page, rules)
    return found


def lone_pages(page: Page) -> list[str]:
    """Return the addresses of all pages that need nothing but their name and answer to whoever is signed in."""
    found = []
    for name, right in ROUTES.items():
        if right == PUBLIC:
            continue
        with suppress(NoReverseMatch):
            path = reverse(name)
            answer = page.request.get(path, max_redirects=0)
            if (
                answer.status == 200 and "<html" in answer.text()
            ):  # parts that a script puts in place are no pages
                found.append(path)
    return found


def pages_about(states: dict[str, Issue]) -> list[str]:
    """Return the addresses of pages about an issue, in every state."""
    issues = [f"/issues/{issue.reference}" for issue in states.values()]
    return [*issues, f"{issues[0]}/explain", f"/escalations/raise/{states['proposed'].reference}"]


LOOKS = pytest.mark.parametrize(
    ("theme", "width", "rules"),
    [("light", 1280, ALL), ("dark", 1280, COLORS), ("light", 320, PLACES)],
    ids=["light", "dark", "phone"],
)


def a_look(theme: str, width: int) -> dict[str, Any]:
    """Return the options of a window that looks so; axe is let in through the content security policy."""
    return {"color_scheme": theme, "viewport": {"width": width, "height": 900}, "bypass_csp": True}


@LOOKS
def test_nothing_hinders_a_client_on_any_page(
    people: World, states: dict[str, Issue], signed_in: SignIn, theme: str, width: int, rules: dict[str, Any]
) -> None:
    page = signed_in(people.alice, **a_look(theme, width))
    assert not walk(page, [*lone_pages(page), *pages_about(states)], rules)


@LOOKS
def test_nothing_hinders_staff_on_any_page(
    people: World, states: dict[str, Issue], signed_in: SignIn, theme: str, width: int, rules: dict[str, Any]
) -> None:
    page = signed_in(people.lena, **a_look(theme, width))
    issue = states["waiting"]
    desk = ["/admin/", "/admin/issues/issue/?queue=all", f"/admin/issues/issue/{issue.pk}/change/"]
    desk += [f"/admin/issues/issue/{states['breached'].pk}/change/"]
    shown = [f"/issues/{issue.reference}", f"/escalations/exceptions/request/{issue.reference}"]
    assert not walk(page, [*lone_pages(page), *shown, *desk], rules)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_hinders_a_stranger_at_the_door(people: World, window: SignIn, theme: str) -> None:
    page = window(**a_look(theme, 320))
    assert not walk(page, ["/sign-in", "/password/forgotten"], ALL)
