"""Reading the matrix: which step runs when, and whom it reaches."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import QuerySet

from slaportal.accounts.models import Membership, Party, Role, User
from slaportal.escalations.models import MatrixStep, StepKind
from slaportal.issues.models import Issue
from slaportal.policies import clock
from slaportal.policies.clock import Unit
from slaportal.policies.models import Criticality, Metric
from slaportal.policies.reckoning import Reckoning

# How long an acknowledgement holds back the next step.
HOLD = {
    Criticality.CRITICAL: timedelta(hours=1),
    Criticality.HIGH: timedelta(hours=4),
    Criticality.MEDIUM: timedelta(days=1),
    Criticality.LOW: timedelta(days=2),
}

# Whom a step reaches when nobody holds its role: an overdue issue never reaches nobody.
FALLBACK = (Role.SENIOR_MANAGEMENT, Role.VENDOR_LEAD, Role.ADMIN, Role.VENDOR_AGENT)


@dataclass(frozen=True, slots=True)
class Planned:
    """A step of the matrix and the instant at which it runs for one obligation."""

    at: datetime
    step: MatrixStep


def plan(reckoning: Reckoning, steps: list[MatrixStep]) -> list[Planned]:
    """Return when each of `steps` runs for an obligation, earliest first; nothing while it is paused.

    Shares count the budget that holds now; times after the breach count as the target counts time.
    """
    if reckoning.due is None:
        return []
    rule = reckoning.basis.rule
    business = rule.unit in (Unit.BUSINESS_MINUTES, Unit.BUSINESS_HOURS, Unit.BUSINESS_DAYS)
    planned = []
    for step in steps:
        at: datetime | None
        match step.kind:
            case StepKind.SHARE:
                at = reckoning.instant_of(Fraction(step.share or 0, 100))
            case StepKind.BREACH:
                at = breach_instant(reckoning)
            case _:
                at = clock.deadline(
                    start=reckoning.due,
                    amount=step.after_minutes or 0,
                    unit=Unit.BUSINESS_MINUTES if business else Unit.MINUTES,
                    calendar=rule.calendar,
                )
        if at is not None:
            planned.append(Planned(at, step))
    return sorted(planned, key=lambda one: (one.at, one.step.ordinal))


def breach_instant(reckoning: Reckoning) -> datetime:
    """Return the first instant at which the obligation is late: the due instant, or just after it for “within”."""
    assert reckoning.due is not None
    late_at_due = clock.passed(instant=reckoning.due, due=reckoning.due, bound=reckoning.basis.rule.bound)
    return reckoning.due if late_at_due else reckoning.due + timedelta(microseconds=1)


def receivers(issue: Issue, role: str) -> list[User]:
    """Return the people whom a step for `role` reaches on `issue`; never nobody while the vendor has anybody."""
    people = User.objects.filter(is_active=True)
    if role == Role.VENDOR_AGENT and issue.assigned_to_id:
        assignee = people.filter(memberships=issue.assigned_to_id, memberships__active=True)
        if assignee.exists():
            return list(assignee)
    for wanted in (role, *FALLBACK):
        members = Membership.objects.filter(active=True, party=Party.VENDOR, role=wanted)
        found = list(people.filter(memberships__in=members).distinct().order_by("pk"))
        if found:
            return found
    return []


def matrix() -> QuerySet[MatrixStep]:
    """Return the steps of the matrix in reading order."""
    return MatrixStep.objects.order_by("level", "metric", "ordinal")


def unreached() -> list[str]:
    """Return where an overdue Critical or High would not reach senior management, in words; empty is right.

    “Unresolved critical or high issues that exceed SLA time-frames must be escalated to senior management.”
    """
    reached = set(
        MatrixStep.objects.exclude(kind=StepKind.SHARE)
        .filter(role=Role.SENIOR_MANAGEMENT)
        .values_list("level", "metric")
    )
    return [
        f"{level.label} {metric.label.lower()}"
        for level in (Criticality.CRITICAL, Criticality.HIGH)
        for metric in Metric
        if (level.value, metric.value) not in reached
    ]
