"""Fills a database for `bench.reports`, makes a report and counts; Django is set up by then."""

import resource
from datetime import UTC, datetime, timedelta

from bench.filling import copies, pattern
from bench.timing import measure
from bench.watching import analyze
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.services import ending
from slaportal.reports.documents import documents
from slaportal.reports.models import StatusReport
from slaportal.reports.selectors.adherence import adherence
from slaportal.reports.selectors.status_reports import figures_of
from slaportal.reports.services import status_reports
from tests.world import HOUR, MONDAY, World, fresh, make_world

MARCH, APRIL = datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC)
NOON = datetime(2026, 4, 1, 10, tzinfo=UTC)
SPREAD = timedelta(days=20)


def everything(report: int, counted: int) -> None:
    """Issue the report of March with `report` decided obligations, then count `counted` of them."""
    world = make_world()
    mold = resolved(world)
    copies(mold, prefix="REPORT", count=report // 2, apart=SPREAD / (report // 2))
    analyze()
    status_reports.open_reviews(now=NOON)
    one = StatusReport.objects.get(organization=world.acme, cadence="monthly", begins=MARCH)
    print(f"{decided()} decided obligations, {room()} MB before", flush=True)
    measure("monthly report: figures, four files, frozen", [lambda: issue(one)])
    one.refresh_from_db()
    print(f"{room()} MB at the most; {len(one.data):,} bytes of figures", flush=True)
    data = figures_of(one)
    measure(
        "its four files alone",
        [lambda: documents(data, checksum="", numbers="", definitions="") for _ in range(5)],
    )
    more = (counted - report) // 2
    copies(mold, prefix="COUNTED", count=more, apart=SPREAD / more, history=False)
    analyze()
    print(f"{decided()} decided obligations, {room()} MB before", flush=True)
    measure("adherence", [lambda: adherence(world.acme, begins=MARCH, ends=APRIL) for _ in range(3)])
    print(f"{room()} MB at the most", flush=True)


def resolved(world: World) -> Issue:
    """Return a Medium issue that was answered and resolved in time, to be copied."""
    issue = pattern(world, level="medium", answered=True, at=MONDAY)
    ending.resolve(issue=fresh(issue), note="Done.", actor=world.sam, now=MONDAY + 30 * HOUR)
    return fresh(issue)


def issue(report: StatusReport) -> None:
    """Issue `report`."""
    status_reports.issue(report=report, actor=None, now=NOON)


def decided() -> str:
    """Return how many obligations are decided."""
    return f"{Obligation.objects.exclude(outcome='').count():,}"


def room() -> int:
    """Return the most memory that this process has had so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
