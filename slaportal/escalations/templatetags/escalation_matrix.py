"""The escalation matrix on the page of the agreement, as both parties read it."""

from dataclasses import dataclass

from django import template

from slaportal.accounts.models import Membership
from slaportal.escalations.models import MatrixEdition, MatrixStep
from slaportal.escalations.selectors import contacts, edition_in_force, matrix
from slaportal.policies.models import Criticality, Metric

register = template.Library()


@dataclass(frozen=True, slots=True)
class Row:
    """The steps of one level: a list for each metric, response first."""

    level: str
    cells: list[tuple[str, list[MatrixStep]]]


@register.simple_tag
def matrix_rows() -> list[Row]:
    """Return the matrix with the strictest level first, in one query."""
    steps: dict[tuple[str, str], list[MatrixStep]] = {}
    for step in matrix():
        steps.setdefault((step.level, step.metric), []).append(step)
    return [
        Row(level, [(str(metric.label), steps.get((level, metric), [])) for metric in Metric])
        for level in Criticality.values
    ]


@register.simple_tag
def matrix_edition() -> MatrixEdition | None:
    """Return the edition in force; None while the matrix is the one with which the portal began."""
    return edition_in_force()


@register.simple_tag
def matrix_contacts() -> list[tuple[str, list[Membership]]]:
    """Return the vendor's leads and senior management by role."""
    return contacts()
