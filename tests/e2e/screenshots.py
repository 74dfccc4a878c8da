"""`make screenshots`: pictures of the main pages of a small demo world, always at the same instant.

Not part of the suite (its name keeps it out): it writes files, by default those in docs/screenshots.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import time_machine
from django.conf import settings
from django.db import connections
from django.db.models import Count, F
from playwright.sync_api import Page, expect

from slaportal.accounts.models import Membership
from slaportal.escalations.tasks import round_of_watch
from slaportal.integrations.services import load_demo
from slaportal.issues.models import Classification, Issue, IssueState
from slaportal.notifications import services as notifications
from slaportal.policies.models import Metric
from tests.e2e.conftest import SignIn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

# A Wednesday morning in Berlin; support is open.
NOW: Final = datetime(2026, 11, 18, 9, 40, tzinfo=UTC)
FOLDER: Final = Path(os.environ.get("SCREENSHOTS", "docs/screenshots"))
DESKTOP: Final = {"width": 1280, "height": 860}
PHONE: Final = {"width": 390, "height": 844}


@pytest.fixture
def demo(site: str) -> Iterator[None]:
    """A small demo world whose present is `NOW`, with its letters delivered."""
    with time_machine.travel(NOW, tick=False):
        load_demo(seed=7, now=NOW, vendor_name=settings.VENDOR_NAME, issues=90)
        round_of_watch()
        while notifications.deliver(now=NOW):
            pass
        yield
    connections.close_all()


def somebody(role: str, **given: Any) -> Membership:
    """Return the first person of the demo in `role`."""
    return Membership.objects.filter(role=role, user__demo=True, **given).order_by("pk")[0]


def busiest(**given: Any) -> Issue:
    """Return the issue with the most conversation among those that fit."""
    found = Issue.objects.filter(**given).annotate(talk=Count("comments"))
    return found.order_by("-talk", F("next_due_at").asc(nulls_last=True), "pk")[0]


def take(page: Page, name: str, *, most: int = 1200) -> None:
    """Write a picture of the page, at most `most` pixels high; what sticks to the window stays at its edges."""
    page.evaluate("document.fonts.ready")
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")
    size = page.viewport_size
    assert size is not None
    height = min(most, page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": size["width"], "height": max(height, 400)})
    # Two frames later the page has been painted in its new size, frames within it included.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
    page.set_viewport_size({"width": size["width"], "height": size["height"]})


def test_screenshots(demo: None, signed_in: SignIn) -> None:
    of_the_client(signed_in)
    of_the_staff(signed_in)


def of_the_client(signed_in: SignIn) -> None:
    """Take what people of a client see."""
    manager = somebody("client_manager", organization__source_key="demo-northwind-health")
    own = {"organization": manager.organization}
    working = busiest(**own, state=IssueState.OPEN, classification=Classification.AGREED, level="high")
    disputed = busiest(**own, classification=Classification.DISPUTED)
    told = busiest(
        **own, level="medium", classification=Classification.AGREED, obligations__metric=Metric.RESOLUTION
    )
    page = signed_in(manager, viewport=DESKTOP)
    take(page, "client-list")
    page.goto(f"/issues/{working.reference}")
    take(page, "issue")
    page.goto(f"/issues/{disputed.reference}")
    page.locator("#act-decide > summary").click()
    page.locator("details.more:has(.criteria)[open] > summary").click()
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.locator("section[aria-labelledby=level]").screenshot(path=FOLDER / "dispute.png")
    page.goto("/issues/new")
    page.get_by_label("Title").fill("Masked exports show the last name again")
    page.get_by_label("What happens?").fill(
        "Since the update of this morning the CSV export writes both names."
    )
    for answer in ("An important function", "All users", "With a workaround", "Not sure"):
        page.get_by_role("radio", name=answer, exact=True).check()
    page.get_by_label("Title").blur()
    take(page, "submit", most=1500)
    page.goto(f"/issues/{told.reference}/explain")
    take(page, "explain")
    page.goto("/agreement")
    take(page, "agreement")
    phone = signed_in(manager, viewport=PHONE)
    take(phone, "phone-list")
    phone.goto(f"/issues/{working.reference}")
    take(phone, "phone-issue")
    dark = signed_in(manager, at=f"/issues/{working.reference}", viewport=DESKTOP, color_scheme="dark")
    take(dark, "issue-dark")


def of_the_staff(signed_in: SignIn) -> None:
    """Take what people of the vendor see."""
    lead, senior = somebody("vendor_lead"), somebody("senior_management")
    working = busiest(state=IssueState.OPEN, classification=Classification.AGREED, level="high")
    page = signed_in(lead, at="/admin/", viewport=DESKTOP)
    take(page, "admin")
    page.goto("/admin/issues/issue/")
    take(page, "admin-queue", most=1000)
    page.goto(f"/admin/issues/issue/{working.pk}/change/")
    take(page, "admin-issue")
    page.goto("/")
    take(page, "vendor-list")
    dark = signed_in(lead, at="/admin/issues/issue/", viewport=DESKTOP, color_scheme="dark")
    take(dark, "admin-queue-dark", most=1000)
    page = signed_in(senior, at="/escalations/", viewport=DESKTOP)
    take(page, "escalations", most=1000)
    page.goto("/mailbox")
    page.locator("main a[href^='/mailbox/']").first.click()
    expect(page.frame_locator("iframe").get_by_text("Open the issue").first).to_be_visible()
    take(page, "mail", most=1000)
