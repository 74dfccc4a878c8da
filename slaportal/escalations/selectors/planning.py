"""Which step of the matrix runs when, for one obligation (spec §5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from slaportal.escalations.models import MatrixStep, StepKind
from slaportal.policies import clock
from slaportal.policies.clock import Unit
from slaportal.policies.models import Criticality
from slaportal.policies.reckoning import Reckoning

# How long an acknowledgement holds back the next step.
HOLD = {
    Criticality.CRITICAL: timedelta(hours=1),
    Criticality.HIGH: timedelta(hours=4),
    Criticality.MEDIUM: timedelta(days=1),
    Criticality.LOW: timedelta(days=2),
}


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
