"""Charts as points and bars in an SVG drawn by the server; the same figures stand in a table beside it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from slaportal.feedback.selectors.surveys import QuarterRow

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 34
SHOWN = 8  # quarters


@dataclass(frozen=True, slots=True)
class Mark:
    """One quarter: its share as a dot at `x`, `y`, its interval as a line from `low` to `high`; none while hidden."""

    x: float
    label: str
    n: int
    y: float | None = None
    low: float | None = None
    high: float | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """What a template draws: marks from left to right, and grid lines as (y, percent)."""

    width: int
    height: int
    left: int
    right: int
    baseline: float
    marks: tuple[Mark, ...]
    grid: tuple[tuple[float, int], ...]


def satisfaction(quarters: Sequence[QuarterRow]) -> Chart | None:
    """Return the share of satisfied answers by quarter with its interval; None without a quarter that may be shown."""
    shown = quarters[-SHOWN:]
    if not any(one.total.shown for one in shown):
        return None
    room = (WIDTH - LEFT - RIGHT) / len(shown)
    marks = []
    for number, one in enumerate(shown):
        x = round(LEFT + room * (number + 0.5), 1)
        share, interval = one.total.share, one.total.interval
        if share is None or interval is None:
            marks.append(Mark(x, one.quarter, one.total.n))
            continue
        low, high = (_y(end) for end in interval)
        marks.append(Mark(x, one.quarter, one.total.n, _y(share), low, high, round(100 * share)))
    grid = tuple((_y(percent / 100), percent) for percent in (0, 25, 50, 75, 100))
    return Chart(WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, _y(0), tuple(marks), grid)


def _y(share: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)
