"""The pages of audits: who sees them, and that a review can be done with them alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue
from slaportal.jobs import services as jobs
from slaportal.reports.models import Audit, AuditAnswer, AuditRecord, Question
from tests.reports.audit_world import AFTER, Quarter, answer_all, open_quarter
from tests.world import World, make_member

SignIn = Callable[[Membership], Client]


@pytest.fixture(autouse=True)
def _own_folders(settings: Settings, tmp_path: Path) -> None:
    settings.LEDGER_DIR = tmp_path / "ledger"
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def quarter(world: World) -> Quarter:
    return open_quarter(world, ordinary=2)


def page(quarter: Quarter) -> str:
    return reverse("audits:audit", args=[quarter.audit.reference])


def test_each_role_sees_what_the_table_says(quarter: Quarter, world: World, client_for: SignIn) -> None:
    record = reverse("audits:record", args=[quarter.audit.reference, 1])
    outside = make_member("Otto", world.acme, "auditor")
    for member in (world.alice, quarter.cara, outside, world.sam, world.lena, world.vera):
        assert client_for(member).get(page(quarter)).status_code == 200, member
        assert client_for(member).get(record).status_code == 200, member
    for member in (world.bob, world.charlie, world.ada):
        assert client_for(member).get(page(quarter)).status_code == 404, member
        assert client_for(member).get(record).status_code == 404, member
    assert client_for(world.bob).get(reverse("audits:list")).status_code == 403


def test_a_stranger_does_not_see_the_audit_in_the_list(
    quarter: Quarter, world: World, client_for: SignIn
) -> None:
    assert quarter.audit.reference in client_for(world.alice).get(reverse("audits:list")).content.decode()
    assert (
        quarter.audit.reference not in client_for(world.charlie).get(reverse("audits:list")).content.decode()
    )


def test_a_review_is_done_with_the_pages_alone(quarter: Quarter, world: World, client_for: SignIn) -> None:
    """Every record, a deviation, its owner, both signatures, the pack."""
    browser = client_for(quarter.cara)
    clean = {one.value: "conforming" for one in Question}
    for number in range(1, quarter.audit.records.count() + 1):
        said = {**clean, "level": "deviation", "level_note": "It was high."} if number == 2 else clean
        answered = browser.post(reverse("audits:record", args=[quarter.audit.reference, number]), said)
        assert answered.status_code == 302
    assert answered.headers["Location"] == page(quarter)  # the last one leads back
    finding = quarter.audit.findings.get()
    later = {"owner": world.lena.pk, "due_on": "2099-01-31"}
    assert browser.post(reverse("audits:assign", args=[finding.pk]), later).status_code == 302
    for member in (quarter.cara, world.vera):
        client_for(member).post(reverse("audits:sign", args=[quarter.audit.reference]))
    assert Audit.objects.get(pk=quarter.audit.pk).state == Audit.State.SIGNED
    asked = browser.post(reverse("audits:make-pack", args=[quarter.audit.reference]))
    assert asked.status_code == 302
    job = jobs.run_next(clock=lambda: AFTER)
    assert job is not None
    sent = browser.get(job.result_url)
    assert sent.headers["Content-Disposition"].startswith('attachment; filename="audit-2026-Q1-AUD-')
    assert sent.getvalue()[:2] == b"PK"
    assert client_for(world.sam).get(job.result_url).status_code == 403
    assert client_for(world.charlie).get(job.result_url).status_code == 404
    shown = browser.get(page(quarter)).content.decode()
    assert "Signed by both" in shown
    assert reverse("audits:assign", args=[finding.pk]) in shown  # an open finding stays alive after signing


def test_half_an_answer_comes_back_with_what_was_typed(quarter: Quarter, client_for: SignIn) -> None:
    said = {"level": "deviation", "response": "conforming", "response_note": "Kind words."}
    came = client_for(quarter.cara).post(reverse("audits:record", args=[quarter.audit.reference, 1]), said)
    assert came.status_code == 422
    assert "Kind words." in came.content.decode()
    assert not quarter.audit.records.exclude(reviewed_at=None).exists()


def test_those_who_only_read_get_no_form(quarter: Quarter, world: World, client_for: SignIn) -> None:
    record = reverse("audits:record", args=[quarter.audit.reference, 1])
    assert 'type="radio"' in client_for(quarter.cara).get(record).content.decode()
    assert 'type="radio"' not in client_for(world.alice).get(record).content.decode()
    assert (
        client_for(world.alice).post(record, {one.value: "conforming" for one in Question}).status_code == 403
    )


def test_findings_of_all_audits_stand_in_one_list(quarter: Quarter, world: World, client_for: SignIn) -> None:
    browser = client_for(quarter.cara)
    add = reverse("audits:add-finding", args=[quarter.audit.reference])
    assert browser.post(add, {"text": ""}).status_code == 422
    assert browser.post(add, {"text": "No deputy is named."}).status_code == 302
    for member, seen in ((world.lena, True), (world.alice, True), (world.charlie, False)):
        shown = client_for(member).get(reverse("audits:findings")).content.decode()
        assert ("No deputy is named." in shown) == seen
    closing = reverse("audits:close", args=[quarter.audit.findings.get().pk])
    assert client_for(world.charlie).get(closing).status_code == 404
    assert browser.post(closing, {"outcome": "There is one."}).status_code == 302
    assert quarter.audit.findings.get().outcome == "There is one."


def test_more_records_and_answers_take_no_more_questions(
    world: World, client_for: SignIn, report: Callable[..., Issue]
) -> None:
    quarter = open_quarter(world, ordinary=1)
    browser = client_for(quarter.cara)
    answer_all(quarter)
    first = asked(browser, page(quarter))
    last = quarter.audit.records.count()
    for number in range(last + 1, last + 8):
        record = AuditRecord.objects.create(
            audit=quarter.audit, issue=report(world.bob), stratum="high", number=number, reasons=["breach"]
        )
        for question in Question:
            AuditAnswer.objects.create(record=record, question=question, answer="conforming")
    AuditRecord.objects.filter(reviewed_at=None).update(reviewed_at=AFTER, reviewed_by=quarter.cara)
    assert asked(browser, page(quarter)) == first


def asked(browser: Client, path: str) -> int:
    """How many questions the database is asked for a page."""
    with CaptureQueriesContext(connection) as taken:
        assert browser.get(path).status_code == 200
    return len(taken)
