"""The escalation matrix on the page of the agreement, as both parties read it."""

from dataclasses import dataclass

from django import template

from slaportal.escalations.models import MatrixStep
from slaportal.escalations.selectors import matrix
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
