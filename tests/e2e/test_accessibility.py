"""Every page for every eye: axe finds nothing, and no page is wider than its window, in light and dark."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from slaportal.accounts.models import Membership
from slaportal.escalations import services as escalations
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, ending, waiting, work
from slaportal.notifications import services as notifications
from tests.e2e.conftest import SignIn
from tests.world import World, fresh, report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
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


def faults(page: Page) -> list[str]:
    """What axe finds on the page, as rule and places, without what is the theme's."""
    options: dict[str, Any] = {"runOnly": TAGS}
    found = []
    for fault in Axe().run(page, options=options).response["violations"]:
        places = [" ".join(map(str, node["target"])) for node in fault["nodes"]]
        ours = [
            place for place in places if not any(part in place for part in OF_THE_THEME.get(fault["id"], ()))
        ]
        if ours:
            found.append(f"{page.url} {fault['id']} ({fault['impact']}): {ours}")
    return found


def walk(page: Page, paths: Sequence[str], width: int) -> list[str]:
    """Open each page and return what is wrong with it."""
    found = []
    for path in paths:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{path} is {wide} px wide in a window of {width}"] if wide > width else []
        found += faults(page)
    return found


def pages_for(member: Membership, states: dict[str, Issue]) -> list[str]:
    """Return the addresses that this person reads, the issue in every state among them."""
    issues = [f"/issues/{issue.reference}" for issue in states.values()]
    common = ["/?tab=all", *issues, f"{issues[0]}/explain", "/agreement", "/calculator", "/escalations/"]
    common += [
        "/mailbox",
        "/people",
        "/profile",
        "/profile/password",
        f"/escalations/raise/{states['proposed'].reference}",
    ]
    if not member.is_vendor:
        return [*common, "/issues/new"]
    return common


LOOKS = pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 320)])


def a_look(theme: str, width: int) -> dict[str, Any]:
    """Return the options of a window that looks so; axe is let in through the content security policy."""
    return {"color_scheme": theme, "viewport": {"width": width, "height": 900}, "bypass_csp": True}


@LOOKS
def test_nothing_hinders_a_client_on_any_page(
    people: World, states: dict[str, Issue], signed_in: SignIn, theme: str, width: int
) -> None:
    page = signed_in(people.alice, **a_look(theme, width))
    assert not walk(page, pages_for(people.alice, states), width)


@LOOKS
def test_nothing_hinders_staff_on_any_page(
    people: World, states: dict[str, Issue], signed_in: SignIn, theme: str, width: int
) -> None:
    page = signed_in(people.lena, **a_look(theme, width))
    issue = states["waiting"]
    desk = ["/admin/", "/admin/issues/issue/?queue=all", f"/admin/issues/issue/{issue.pk}/change/"]
    desk += [f"/admin/issues/issue/{states['breached'].pk}/change/"]
    shown = [
        f"/issues/{issue.reference}",
        f"/escalations/exceptions/request/{issue.reference}",
        "/escalations/",
    ]
    assert not walk(page, ["/", *shown, *desk], width)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_hinders_a_stranger_at_the_door(people: World, window: SignIn, theme: str) -> None:
    page = window(**a_look(theme, 320))
    assert not walk(page, ["/sign-in", "/password/forgotten"], 320)
