"""The parts of a report as one reads them: words, and numbers with the name of the list behind each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the name of the list behind it."""

    value: int
    list: str


@dataclass(frozen=True, slots=True)
class Line:
    """One level and metric of the table, in words and numbers."""

    level: str
    metric: str
    level_label: str
    metric_label: str
    promise: str
    met: Number
    decided: Number
    missed: Number
    strict: str
    adjusted: str
    interval: str
    left: str
    left_bad: bool
    undecided: Number
    at_risk: Number
    stopped: Number
    median: str
    p90: str
    survival: str


@dataclass(frozen=True, slots=True)
class Missed:
    """One breach in a line."""

    reference: str
    title: str
    level: str
    level_label: str
    metric_label: str
    due: datetime
    late: str
    reason: str
    plan: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One chart of the trend: shares from 0 to 1 with their intervals, None where nothing was decided."""

    label: str
    change: str
    points: list[dict[str, Any]]
    last: Number
    last_decided: Number


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole report in the order in which it is read (users.md B7 in the specification's words)."""

    title: str
    organization: str
    cadence: str
    period: str
    zone: str
    verdict: str
    lines: list[Line]
    missed: list[Missed]
    trend: list[Cell]
    flow: list[dict[str, Any]]
    classification: dict[str, Any]
    waiting: list[dict[str, Any]]
    asked: list[dict[str, Any]]
    aside: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    footer: list[tuple[str, str]]
    begins: datetime
    ends: datetime
    cut: datetime
    satisfaction: list[str]
    actions: list[dict[str, Any]]
