"""Reading the matrix, and whether it keeps the agreement's promise (spec §5)."""

from collections.abc import Iterable

from django.db.models import QuerySet

from slaportal.accounts.models import Role
from slaportal.escalations.models import MatrixStep, StepKind
from slaportal.policies.models import Criticality, Metric


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
