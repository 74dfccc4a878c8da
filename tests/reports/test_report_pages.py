"""The pages of status reports: who opens them, what they say, what can be done on them."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from slaportal.accounts.models import Membership
from slaportal.escalations.services import watch
from slaportal.jobs.services import run_next
from slaportal.policies.models import Agreement
from slaportal.reports import definitions
from slaportal.reports.models import StatusReport
from slaportal.reports.services import status_reports as services
from tests.world import HOUR, MONDAY, World, report

ClientFor = Callable[[Membership], Client]
AFTER = datetime(2026, 3, 8, 23, tzinfo=UTC)
NOON = datetime(2026, 3, 9, 11, tzinfo=UTC)


@pytest.fixture
def in_review(bound_lately: None, world: World) -> StatusReport:
    """The week of 2 March of acme, with one open issue, before its noon."""
    report(world.bob, title="<b>Bold</b> & unanswered")
    while watch(now=AFTER):
        continue
    services.open_reviews(now=AFTER)
    return StatusReport.objects.get(organization=world.acme, cadence="weekly", ends=AFTER)


def test_a_report_in_review_is_the_vendors_only(
    world: World, in_review: StatusReport, client_for: ClientFor
) -> None:
    path = f"/reports/{in_review.reference}"
    assert client_for(world.lena).get(path).status_code == 200
    assert client_for(world.alice).get(path).status_code == 404
    services.issue(report=in_review, actor=None, now=NOON)
    assert client_for(world.alice).get(path).status_code == 200
    assert client_for(world.charlie).get(path).status_code == 404
    assert client_for(world.bob).get(path).status_code == 403


def test_a_lead_writes_the_first_sentence_and_issues_it_as_long_work(
    world: World, in_review: StatusReport, client_for: ClientFor
) -> None:
    path = f"/reports/{in_review.reference}"
    browser = client_for(world.lena)
    browser.post(f"{path}/verdict", {"verdict": "A quiet week."})
    assert "A quiet week." in browser.get(path).content.decode()
    started = browser.post(f"{path}/issue")
    job = run_next(clock=lambda: NOON)
    assert job is not None
    assert started.headers["Location"] == f"/jobs/{job.reference}/"
    assert (job.state, job.result_url) == ("done", path)
    in_review.refresh_from_db()
    assert (in_review.state, in_review.issued_by) == ("issued", world.lena)


def test_an_agent_may_read_and_not_issue(
    world: World, in_review: StatusReport, client_for: ClientFor
) -> None:
    browser = client_for(world.sam)
    assert browser.get(f"/reports/{in_review.reference}").context["form"] is None
    assert browser.post(f"/reports/{in_review.reference}/issue").status_code == 403


def test_every_download_is_the_same_bytes(
    world: World, in_review: StatusReport, client_for: ClientFor
) -> None:
    services.issue(report=in_review, actor=None, now=NOON)
    browser = client_for(world.alice)
    for kind in ("html", "pdf", "csv", "xlsx"):
        path = f"/reports/{in_review.reference}/file/{kind}"
        first, again = browser.get(path), browser.get(path)
        assert first.content == again.content
        assert first.headers["ETag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
    assert browser.get(f"/reports/{in_review.reference}/file/pdf").content.startswith(b"%PDF")


def test_what_people_wrote_is_text_in_page_and_file(
    world: World, in_review: StatusReport, client_for: ClientFor
) -> None:
    services.issue(report=in_review, actor=None, now=NOON)
    browser = client_for(world.alice)
    for path in (f"/reports/{in_review.reference}", f"/reports/{in_review.reference}/file/html"):
        page = browser.get(path).content.decode()
        assert "&lt;b&gt;Bold&lt;/b&gt; &amp; unanswered" in page
        assert "<b>Bold" not in page


def test_a_draft_says_that_it_is_one_and_knows_its_neighbors(
    world: World, in_review: StatusReport, client_for: ClientFor
) -> None:
    agreement = Agreement.objects.get(organization=world.acme)
    browser = client_for(world.alice)
    page = browser.get(f"/reports/draft/{agreement.pk}/weekly?day=2026-03-04")
    assert page.context["period"].begins == MONDAY - 9 * HOUR
    assert page.context["previous"].isoformat() == "2026-02-23"
    assert "Draft" in page.content.decode()
    assert browser.get(f"/reports/draft/{agreement.pk}/weekly?day=2019-01-01").status_code == 404
    assert browser.get(f"/reports/draft/{agreement.pk}/daily").status_code == 404
    paper = browser.get(f"/reports/draft/{agreement.pk}/monthly/pdf")
    assert paper.content.startswith(b"%PDF")


def test_recipients_are_chosen_on_a_page(
    world: World, in_review: StatusReport, client_for: ClientFor
) -> None:
    agreement = Agreement.objects.get(organization=world.acme)
    path = f"/reports/recipients/{agreement.pk}"
    browser = client_for(world.lena)
    assert [one.user.name for one in browser.get(path).context["current"]] == ["Alice", "Lena", "Vera"]
    browser.post(path, {"members": [world.sam.pk]})
    assert [one.user.name for one in browser.get(path).context["current"]] == ["Alice", "Sam"]
    assert browser.post(path, {"members": [world.alice.pk]}).status_code == 422
    assert client_for(world.sam).get(path).status_code == 403


def test_the_list_costs_the_same_for_one_report_and_for_many(
    world: World, in_review: StatusReport, client_for: ClientFor
) -> None:
    browser, counts = client_for(world.lena), []
    browser.get("/reports/")
    for weeks in (0, 6):
        services.open_reviews(now=AFTER + timedelta(days=7 * weeks))
        with CaptureQueriesContext(connection) as queries:
            browser.get("/reports/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_edition_of_the_definitions_never_changes() -> None:
    for edition, digest in definitions.EDITIONS.items():
        origin = Path(settings.BASE_DIR) / "templates" / definitions.template(edition)
        assert hashlib.sha256(origin.read_bytes()).hexdigest() == digest, (
            "Definitions are printed with issued reports: write the next edition beside this one."
        )


def test_every_word_of_a_report_leads_to_a_definition_that_is_there(
    world: World, in_review: StatusReport, client_for: ClientFor
) -> None:
    browser = client_for(world.lena)
    page = browser.get(f"/reports/{in_review.reference}").content.decode()
    edition = browser.get("/reports/definitions", follow=True).content.decode()
    anchors = {part.split('"')[0] for part in page.split("/reports/definitions/1#")[1:]}
    assert len(anchors) > 8
    assert all(f'id="{anchor}"' in edition for anchor in anchors)
