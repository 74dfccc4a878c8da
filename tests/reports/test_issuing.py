"""Status reports come by themselves, once a period, and never change once issued (spec §6, rules 5 and 6)."""

import hashlib
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import DatabaseError, IntegrityError, transaction
from openpyxl import load_workbook

from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations.services import watch
from slaportal.issues.models import Issue
from slaportal.issues.services.ending import reopen, resolve
from slaportal.issues.services.work import comment
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from slaportal.notifications.services import deliver
from slaportal.policies.models import Agreement
from slaportal.reports.documents import documents
from slaportal.reports.models import Cadence, ReportFile, StatusReport
from slaportal.reports.services import status_reports as services
from tests.world import HOUR, MONDAY, World, fresh, report

# Monday 9 March 2026 in Berlin: midnight and noon.
AFTER = datetime(2026, 3, 8, 23, tzinfo=UTC)
NOON = datetime(2026, 3, 9, 11, tzinfo=UTC)


def let_pass(until: datetime) -> None:
    while watch(now=until):
        continue


def weekly(world: World) -> StatusReport:
    return StatusReport.objects.get(organization=world.acme, cadence="weekly", ends=AFTER)


@pytest.fixture
def week(bound_lately: None, world: World) -> World:
    """One High issue answered in time and never resolved, one resolved in time."""
    late = report(world.bob, title="=SUM(A1:A9) does not add up")
    comment(issue=late, body="We are on it.", actor=world.sam, now=MONDAY + HOUR)
    early = report(world.bob, title="Login fails for all")
    resolve(issue=fresh(early), note="Fixed.", actor=world.sam, now=MONDAY + 50 * HOUR)
    let_pass(AFTER)
    return world


def issued(world: World) -> StatusReport:
    services.sweep(now=NOON, batch=1000)
    return weekly(world)


def test_a_report_is_in_review_from_the_end_of_its_period_and_issued_at_noon(week: World) -> None:
    services.sweep(now=AFTER, batch=1000)
    assert weekly(week).state == "review"
    services.sweep(now=NOON - timedelta(seconds=1), batch=1000)
    assert weekly(week).state == "review"
    services.sweep(now=NOON, batch=1000)
    found = weekly(week)
    assert (found.state, found.issued_at, found.issued_by) == ("issued", NOON, None)


def test_every_period_since_the_agreement_has_one_report_whatever_the_schedulers_do(
    bound_lately: None, world: World
) -> None:
    """From 23 February to 9 March 2026 two weeks have ended, and February."""
    for now in (AFTER, AFTER, NOON, NOON, NOON - HOUR):
        services.sweep(now=now, batch=1000)
    found = StatusReport.objects.filter(organization=world.acme)
    assert found.filter(cadence="weekly").count() == 2
    assert found.filter(cadence="monthly").count() == 1
    assert not found.exclude(state="issued").exists()
    assert Event.objects.filter(kind="report.issued", organization=world.acme).count() == 3


def test_two_rows_for_one_period_cannot_be_stored(week: World) -> None:
    one = issued(week)
    with pytest.raises(IntegrityError), transaction.atomic():
        StatusReport.objects.create(
            organization=one.organization,
            agreement=one.agreement,
            cadence=one.cadence,
            begins=one.begins,
            ends=one.ends,
            timezone=one.timezone,
            issue_at=NOON,
        )


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_wrong_by_three_hours_doubles_and_drops_nothing(week: World, hours: int) -> None:
    for now in (NOON, NOON + hours * HOUR, NOON):
        services.sweep(now=now, batch=1000)
    assert StatusReport.objects.filter(organization=week.acme, cadence="weekly").count() == 2


def test_an_issued_report_and_its_files_are_frozen_in_the_database(week: World) -> None:
    one = issued(week)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        StatusReport.objects.filter(pk=one.pk).update(verdict="All was well.")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        ReportFile.objects.filter(report=one).update(content=b"")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        ReportFile.objects.filter(report=one).delete()


def test_it_is_not_made_again(week: World) -> None:
    one = issued(week)
    with pytest.raises(Refused, match="never changes"):
        services.issue(report=one, actor=week.lena, now=NOON + HOUR)
    with pytest.raises(Refused, match="never changes"):
        services.write_verdict(report=one, verdict="All was well.", actor=week.lena, now=NOON + HOUR)


def test_checksum_and_files_are_those_that_the_ledger_knows(week: World) -> None:
    one = issued(week)
    event = Event.objects.filter(kind="report.issued").order_by("-pk")
    told = next(data for row in event if (data := json.loads(row.payload)["data"])["report"] == one.reference)
    assert told["checksum"] == one.checksum == hashlib.sha256(one.data.encode()).hexdigest()
    kept = {file.kind: hashlib.sha256(bytes(file.content)).hexdigest() for file in one.files.all()}
    assert told["files"] == kept
    assert set(kept) == {"html", "pdf", "csv", "xlsx"}


def test_the_same_figures_make_the_same_paper(week: World) -> None:
    one = issued(week)
    data = json.loads(one.data)
    first, again = (documents(data, checksum=one.checksum, numbers="/x", definitions="/y") for _ in range(2))
    # A workbook is a ZIP file and says when it was packed; it is kept as it was made, like the others.
    assert [first[kind] for kind in ("html", "pdf", "csv")] == [
        again[kind] for kind in ("html", "pdf", "csv")
    ]


def test_no_cell_is_a_formula(week: World) -> None:
    one = issued(week)
    book = load_workbook(io.BytesIO(bytes(one.files.get(kind="xlsx").content)))
    values = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    assert values == []
    assert "'=SUM(A1:A9)" in bytes(one.files.get(kind="csv").content).decode()


def test_a_verdict_is_written_by_rule_or_by_a_lead_before_it_is_issued(week: World) -> None:
    services.sweep(now=AFTER, batch=1000)
    with pytest.raises(NotAllowed):
        services.write_verdict(report=weekly(week), verdict="Fine.", actor=week.sam, now=AFTER)
    services.write_verdict(report=weekly(week), verdict="One was late, sorry.", actor=week.lena, now=AFTER)
    one = issued(week)
    assert json.loads(one.data)["verdict"] == "One was late, sorry."
    assert b"One was late, sorry." in bytes(one.files.get(kind="html").content)


def test_a_later_fact_is_told_in_the_next_report_and_the_issued_one_stays(week: World) -> None:
    one = issued(week)
    before = one.data
    early = Issue.objects.get(title="Login fails for all")
    reopen(issue=fresh(early), reason="It is back.", actor=week.alice, now=NOON + HOUR)
    let_pass(AFTER + timedelta(days=7))
    services.sweep(now=NOON + timedelta(days=7), batch=1000)
    one.refresh_from_db()
    assert one.data == before
    later = StatusReport.objects.get(organization=week.acme, cadence="weekly", begins=AFTER)
    told = [
        (change["kind"], change["was"], change["now"], change["removed"])
        for change in json.loads(later.data)["changes"]
    ]
    assert ("met", 1, 0, [early.reference]) in told
    services.sweep(now=NOON + timedelta(days=14), batch=1000)
    third = StatusReport.objects.get(organization=week.acme, begins=AFTER + timedelta(days=7))
    assert json.loads(third.data)["changes"] == []


def test_both_parties_get_it_and_nobody_twice(week: World) -> None:
    one = issued(week)
    services.sweep(now=NOON, batch=1000)
    told = Message.objects.filter(kind="report-issued", cause=f"report:{one.reference}:issued")
    assert sorted(told.values_list("recipient__name", flat=True)) == ["Alice", "Lena", "Vera"]


def test_the_mail_is_the_report_with_paper_and_table_attached(
    week: World, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    one = issued(week)
    deliver(now=NOON)
    mail = next(mail for mail in mailoutbox if one.reference in mail.body and "alice" in mail.to[0])
    words = " ".join(mail.body.replace("\n> ", " ").split())
    assert "1 of 2 High resolution deadlines missed" in words
    assert "High, Resolution: 1/2" in words
    assert "Reason missing" in words
    kept = {file.kind: bytes(file.content) for file in one.files.all()}
    sent = {name: content for name, content, _kind in mail.attachments}
    assert sent[f"{one.reference}.pdf"] == kept["pdf"]
    assert sent[f"{one.reference}.csv"] in (kept["csv"], kept["csv"].decode())


def test_reports_that_were_made_up_for_are_mailed_to_nobody(week: World) -> None:
    """The week until 2 March and February are a week ago; in New York the week until 9 March is in review still."""
    one = issued(week)
    assert StatusReport.objects.filter(state="issued").count() == 5
    told = Message.objects.filter(kind="report-issued").values_list("cause", flat=True).distinct()
    assert list(told) == [f"report:{one.reference}:issued"]


def test_a_party_chooses_its_own_people(week: World) -> None:
    agreement = Agreement.objects.get(organization=week.acme)
    with pytest.raises(Refused, match="own organization"):
        services.choose_recipients(agreement=agreement, members=[week.sam], actor=week.alice, now=NOON)
    services.choose_recipients(agreement=agreement, members=[week.sam], actor=week.lena, now=NOON)
    one = issued(week)
    told = Message.objects.filter(cause=f"report:{one.reference}:issued")
    assert sorted(told.values_list("recipient__name", flat=True)) == ["Alice", "Sam"]


def test_cadences_are_those_of_the_agreement() -> None:
    assert Cadence.values == ["weekly", "monthly"]
