"""A quarter with something of everything, told through the services at its own instants."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slaportal.accounts.models import Membership
from slaportal.escalations import services as escalations
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, ending, work
from slaportal.reports.models import Audit
from slaportal.reports.services import audits
from tests.world import HOUR, MONDAY, World, fresh, make_member, report

# The first quarter of 2026 in Berlin is over at midnight there: 22:00 UTC, summer time having begun.
QUARTER_BEGINS = datetime(2025, 12, 31, 23, tzinfo=UTC)
QUARTER_ENDS = datetime(2026, 3, 31, 22, tzinfo=UTC)
AFTER = QUARTER_ENDS + timedelta(hours=6)


@dataclass(frozen=True)
class Quarter:
    """The audit of acme's first quarter, in review, and who audits for the client."""

    audit: Audit
    cara: Membership
    issues: dict[str, Issue]


def let_time_pass(until: datetime) -> None:
    """Run the watch at every instant at which it has something to do."""
    while (due := escalations.next_look()) is not None and due <= until:
        if not escalations.watch(now=due):
            break


def tell_issue(
    world: World, *, level: str, at: datetime, answer: timedelta, resolve: timedelta | None, title: str = ""
) -> Issue:
    """Report, agree, answer and resolve one issue of acme; whatever falls due in between happens."""
    issue = report(world.bob, level=level, at=at, title=title or f"A {level} matter")
    steps: list[tuple[timedelta, Callable[..., Any], dict[str, Any]]] = [
        (timedelta(minutes=5), classification.agree, {"actor": world.sam}),
        (answer, work.comment, {"body": "We look into it.", "actor": world.sam}),
    ]
    if resolve is not None:
        steps.append((resolve, ending.resolve, {"note": "Mended.", "actor": world.sam}))
        steps.append((resolve + HOUR, ending.confirm, {"actor": world.bob}))
    for after, act, given in sorted(steps, key=lambda step: step[0]):
        let_time_pass(at + after)
        act(issue=fresh(issue), now=at + after, **given)
    return fresh(issue)


def tell_quarter(world: World, *, ordinary: int = 6) -> dict[str, Issue]:
    """Tell the quarter: one critical, one late, one disputed, and `ordinary` others; none of them of globex."""
    day = timedelta(days=1)
    issues = {
        "critical": tell_issue(
            world, level="critical", at=MONDAY, answer=timedelta(minutes=20), resolve=5 * HOUR
        ),
        "late": tell_issue(world, level="high", at=MONDAY + day, answer=8 * HOUR, resolve=30 * HOUR),
    }
    for number in range(ordinary):
        level = ("high", "medium", "low")[number % 3]
        at = MONDAY + 2 * day + number * HOUR
        issues[f"ordinary {number}"] = tell_issue(
            world, level=level, at=at, answer=2 * HOUR, resolve=20 * HOUR
        )
    issues["open"] = tell_issue(
        world, level="low", at=MONDAY + 3 * day, answer=2 * HOUR, resolve=None, title="Still open"
    )
    return issues


def open_quarter(world: World, *, ordinary: int = 6) -> Quarter:
    """Tell the quarter and let its audit begin by itself."""
    cara = make_member("Cara", world.acme, "client_auditor")
    issues = tell_quarter(world, ordinary=ordinary)
    let_time_pass(AFTER)
    audits.sweep(now=AFTER)
    audit = Audit.objects.select_related("agreement__organization", "checkpoint").get(
        agreement__organization=world.acme
    )
    return Quarter(audit, cara, issues)


CLEAN = dict.fromkeys(("level", "response", "exceptions", "escalations", "closure"), ("conforming", ""))


def answer_all(quarter: Quarter, *, now: datetime = AFTER + HOUR) -> None:
    """Let Cara find everything in order."""
    for record in quarter.audit.records.select_related("audit__agreement", "issue"):
        audits.answer_record(record=record, answers=CLEAN, actor=quarter.cara, now=now)
