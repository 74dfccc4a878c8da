"""Reading the matrix, and whether it keeps the agreement's promise (spec §5)."""

from collections.abc import Iterable

from django.db.models import QuerySet

from slaportal.accounts.models import Membership, Party, Role
from slaportal.escalations.models import Channel, MatrixEdition, MatrixStep, StepKind
from slaportal.policies.models import Criticality, Metric


def matrix() -> QuerySet[MatrixStep]:
    """Return the steps of the matrix in reading order."""
    return MatrixStep.objects.order_by("level", "metric", "ordinal")


def unreached(steps: Iterable[MatrixStep] | None = None) -> list[str]:
    """Return where an overdue Critical or High would not reach senior management, in words; empty is right.

    “Unresolved critical or high issues that exceed SLA time-frames must be escalated to senior management.”
    What only waits in an inbox has not reached anybody. `steps`: a matrix to judge instead of the stored one, such as one that is about to be saved.
    """
    reached = {
        (step.level, step.metric)
        for step in (matrix() if steps is None else steps)
        if step.kind != StepKind.SHARE
        and step.role == Role.SENIOR_MANAGEMENT
        and step.channel == Channel.MAIL
    }
    return [
        f"{level.label} {metric.label.lower()}"
        for level in (Criticality.CRITICAL, Criticality.HIGH)
        for metric in Metric
        if (level.value, metric.value) not in reached
    ]


def edition_in_force() -> MatrixEdition | None:
    """Return the edition of the matrix that holds now; None while nobody has changed the one the portal began with."""
    return MatrixEdition.objects.select_related("by__user").order_by("-number").first()


def contacts() -> list[tuple[str, list[Membership]]]:
    """Return the vendor's leads and senior management by role: whom both parties can turn to beside the portal."""
    roles = (Role.VENDOR_LEAD, Role.SENIOR_MANAGEMENT)
    people = Membership.objects.filter(active=True, user__is_active=True, party=Party.VENDOR, role__in=roles)
    found = list(people.select_related("user").order_by("user__name"))
    return [(str(role.label), [one for one in found if one.role == role]) for role in roles]
