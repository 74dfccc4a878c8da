"""Reading escalations and exceptions: which step runs when, whom it reaches, what people see of both."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import QuerySet

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party, Role, User
from slaportal.escalations.models import (
    Escalation,
    EscalationQuerySet,
    MatrixStep,
    SlaException,
    SlaExceptionQuerySet,
    StepKind,
)
from slaportal.issues.models import Issue
from slaportal.issues.selectors.clocks import ClockFace, list_face
from slaportal.policies import clock
from slaportal.policies.clock import Unit
from slaportal.policies.models import Criticality, Metric
from slaportal.policies.reckoning import Outcome, Reckoning

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
    if role == Role.VENDOR_AGENT and issue.assigned_to_id:
        people = User.objects.filter(is_active=True)
        assignee = list(people.filter(memberships=issue.assigned_to_id, memberships__active=True))
        if assignee:
            return assignee
    return holders(role)


def holders(role: str) -> list[User]:
    """Return the vendor's active people in `role`, or in the first role that somebody holds instead."""
    for wanted in (role, *FALLBACK):
        members = Membership.objects.filter(active=True, party=Party.VENDOR, role=wanted)
        found = list(User.objects.filter(is_active=True, memberships__in=members).distinct().order_by("pk"))
        if found:
            return found
    return []


class Desk:
    """What one round of the watch reads once, however many rows are due: the matrix, and who holds a role."""

    def __init__(self) -> None:
        self._steps: dict[tuple[str, str], list[MatrixStep]] | None = None
        self._holders: dict[str, list[User]] = {}

    def steps(self, level: str, metric: str) -> list[MatrixStep]:
        """Return the steps for `level` and `metric`, in order."""
        if self._steps is None:
            self._steps = {}
            for step in MatrixStep.objects.all():
                self._steps.setdefault((step.level, step.metric), []).append(step)
        return self._steps.get((level, metric), [])

    def receivers(self, issue: Issue, role: str) -> list[User]:
        """Return what `receivers` does, asking once per role where no assignee comes first."""
        if role == Role.VENDOR_AGENT and issue.assigned_to_id:
            return receivers(issue, role)
        if role not in self._holders:
            self._holders[role] = holders(role)
        return self._holders[role]


def matrix() -> QuerySet[MatrixStep]:
    """Return the steps of the matrix in reading order."""
    return MatrixStep.objects.order_by("level", "metric", "ordinal")


def unreached(steps: Iterable[MatrixStep] | None = None) -> list[str]:
    """Return where an overdue Critical or High would not reach senior management, in words; empty is right.

    “Unresolved critical or high issues that exceed SLA time-frames must be escalated to senior management.”
    `steps`: a matrix to judge instead of the stored one, such as one that is about to be saved.
    """
    reached = {
        (step.level, step.metric)
        for step in (matrix() if steps is None else steps)
        if step.kind != StepKind.SHARE and step.role == Role.SENIOR_MANAGEMENT
    }
    return [
        f"{level.label} {metric.label.lower()}"
        for level in (Criticality.CRITICAL, Criticality.HIGH)
        for metric in Metric
        if (level.value, metric.value) not in reached
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """One escalation as people read it: the clock it is about (None if raised by hand) and whether one may take it."""

    escalation: Escalation
    clock: ClockFace | None
    may_acknowledge: bool


def unanswered(visible: EscalationQuerySet) -> EscalationQuerySet:
    """Return those of `visible` that nobody has in hand, longest waiting first, with all that a line shows."""
    return _loaded(visible.unanswered().order_by("due_at", "pk"))


def answered_lines(
    visible: EscalationQuerySet, *, member: Membership, now: datetime, most: int = 25
) -> list[Line]:
    """Return the newest of `visible` that somebody has in hand or that are no longer needed."""
    found = visible.exclude(status__in=[Escalation.Status.OPEN, Escalation.Status.TOLD])
    return lines_of(_loaded(found.order_by("-fired_at", "-pk"))[:most], member=member, now=now)


def lines_on(issue: Issue, *, member: Membership, now: datetime) -> list[Line]:
    """Return the escalations of `issue`, warnings left out, newest first; nothing if `member` may not read it."""
    found = Escalation.objects.visible_to(member).filter(issue=issue).exclude(status=Escalation.Status.TOLD)
    return lines_of(_loaded(found), member=member, now=now)


def lines_of(loaded: Iterable[Escalation], *, member: Membership, now: datetime) -> list[Line]:
    """Return escalations, loaded with what a line shows, as `member` reads them at `now`."""
    return [
        Line(
            escalation=one,
            clock=list_face(one.obligation, now=now) if one.obligation else None,
            may_acknowledge=one.status == Escalation.Status.OPEN
            and permissions.may(member, "escalation.acknowledge", organization_id=one.issue.organization_id),
        )
        for one in loaded
    ]


def _loaded(found: EscalationQuerySet) -> EscalationQuerySet:
    return found.select_related(
        *("issue__organization", "issue__assigned_to__user", "obligation", "step"),
        *("raised_by__user", "acknowledged_by__user"),
    )


def visible_exceptions(member: Membership) -> SlaExceptionQuerySet:
    """Return the exceptions that `member` may read: clients see one once the vendor has approved it (spec §5)."""
    found = SlaException.objects.visible_to(member).select_related(
        *("issue__organization", "issue__agreement__policy_version", "requested_by__user"),
        *("approved_by__user", "answered_by__user"),
    )
    if member.is_vendor:
        return found
    return found.exclude(status__in=[SlaException.Status.REQUESTED, SlaException.Status.REJECTED])


def exception_acts(exception: SlaException, member: Membership) -> list[str]:
    """Return what `member` may answer to `exception` now: approve and reject, or accept and contest."""
    organization = exception.issue.organization_id
    if exception.status == SlaException.Status.REQUESTED and exception.requested_by_id != member.pk:
        may = permissions.may(member, "exception.approve", organization_id=organization)
        return ["approve", "reject"] if may else []
    if exception.status == SlaException.Status.APPROVED:
        may = permissions.may(member, "exception.accept", organization_id=organization)
        return ["accept", "contest"] if may else []
    return []


def reasons_missing(issue: Issue) -> list[str]:
    """Return the clocks of `issue` that were breached without a reason on record, by their names."""
    explained = set(
        issue.exceptions.exclude(status=SlaException.Status.REJECTED).values_list("metric", flat=True)
    )
    return [
        one.get_metric_display()
        for one in issue.obligations.all()
        if one.outcome == Outcome.BREACHED and one.metric not in explained
    ]
