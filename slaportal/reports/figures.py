"""The figures of a status report from its obligations, each with the issues behind it (spec §6). Pure.

Every number is the length of a list of references, so a number and the list that it leads to cannot differ.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import Any

from slaportal.issues.counting import BREACHED, FEW, MET, METRICS, NOT_COUNTED, Counted, Score, is_undecided
from slaportal.lib.statistics import kaplan_meier_median, nearest_rank, newcombe, wilson

Lists = dict[str, list[str]]
Row = dict[str, Any]
# What is stated of a period once and for all, and restated when a later fact changes it.
STATED = ("met", "breached", "adjusted_met", "adjusted_breached", "not_counted")


@dataclass(frozen=True, slots=True)
class Item(Counted):
    """One obligation with what a report says of it beyond counting.

    `reference` is its issue's; `stopped_at` when it was answered or resolved; `ended_as` is withdrawn or duplicate
    where that ended it; `imported` history began before the agreement counts; `warned`: a share of the time that
    the policy names was used up.
    """

    reference: str
    stopped_at: datetime | None
    ended_as: str = ""
    imported: bool = False
    warned: bool = False


def key(kind: str, *parts: str) -> str:
    """Return the name of a list: its kind, then level and metric as far as it has them."""
    return "/".join([kind, *parts])


def kinds_of(item: Item, *, begins: datetime, ends: datetime) -> Iterator[str]:
    """Yield the lists of `[begins, ends)` on which `item` stands; the same rules as `issues.counting`."""
    if is_undecided(item, at=ends):
        if not item.imported:
            yield "undecided"
            if item.warned:
                yield "at_risk"
    elif item.decided_at is not None and begins <= item.decided_at < ends:
        if item.imported:
            yield "imported"
        elif item.outcome == NOT_COUNTED:
            yield NOT_COUNTED
            if item.ended_as:
                yield item.ended_as
        else:
            yield "decided"
            yield item.outcome
            yield from _adjusted(item)


def _adjusted(item: Item) -> Iterator[str]:
    if item.adjusted in (MET, BREACHED):
        yield f"adjusted_{item.adjusted}"
    elif item.adjusted == "waived":
        yield "waived"
    else:
        yield "extended"  # The added time of a missed deadline is not over.


def lists_of(items: Iterable[Item], *, levels: Sequence[str], begins: datetime, ends: datetime) -> Lists:
    """Return the lists of one period by `key(kind, level, metric)`, references in the order of `items`."""
    lists: Lists = defaultdict(list)
    for item in items:
        if item.level not in levels:
            continue
        for kind in kinds_of(item, begins=begins, ends=ends):
            lists[key(kind, item.level, item.metric)].append(item.reference)
        if item.stopped_at is not None and begins <= item.stopped_at < ends and not item.imported:
            lists[key("stopped", item.level, item.metric)].append(item.reference)
    return dict(lists)


def rows_of(
    items: Sequence[Item],
    lists: Lists,
    *,
    levels: Sequence[str],
    target: float,
    since: datetime,
    begins: datetime,
    ends: datetime,
) -> list[Row]:
    """Return one row for each level and metric, in plain values.

    All numbers are whole. `interval` is Wilson's at 95 % in thousandths, None under five decided; `left` is how many
    more may be missed before the share falls under `target` percent, negative when it has, None where nothing is
    decided; `median` and `p90` are seconds from the start to the stop, of what was stopped in the period;
    `survival` is the Kaplan-Meier median in seconds of all that began since `since`, None while more than half is open.
    """
    lengths: dict[tuple[str, str], list[float]] = defaultdict(list)
    cohort: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
    for item in items:
        cell = item.level, item.metric
        if item.stopped_at is not None and begins <= item.stopped_at < ends and not item.imported:
            lengths[cell].append((item.stopped_at - item.started_at).total_seconds())
        if since <= item.started_at < ends and not item.imported:
            cohort[cell].append(_length(item, ends))
    return [
        _row(
            lists, level, metric, target=target, lengths=lengths[level, metric], cohort=cohort[level, metric]
        )
        for level in levels
        for metric in METRICS
    ]


def _length(item: Item, ends: datetime) -> tuple[float, bool]:
    """Return how long it has taken by `ends`, and whether it was over; what was withdrawn is open for ever."""
    if item.stopped_at is not None and item.stopped_at < ends:
        return (item.stopped_at - item.started_at).total_seconds(), True
    gone = item.ended_as and item.decided_at is not None and item.decided_at < ends
    end = item.decided_at if gone and item.decided_at is not None else ends
    return max(0.0, (end - item.started_at).total_seconds()), False


def _row(
    lists: Lists,
    level: str,
    metric: str,
    *,
    target: float,
    lengths: list[float],
    cohort: list[tuple[float, bool]],
) -> Row:
    def number(kind: str) -> int:
        return len(lists.get(key(kind, level, metric), ()))

    strict = Score(number("met"), number("breached"))
    return {
        "level": level,
        "metric": metric,
        "met": strict.met,
        "breached": strict.breached,
        "adjusted_met": number("adjusted_met"),
        "adjusted_breached": number("adjusted_breached"),
        "interval": thousandths(strict.interval()),
        "left": allowed_left(strict, target),
        "undecided": number("undecided"),
        "at_risk": number("at_risk"),
        "not_counted": number(NOT_COUNTED),
        "withdrawn": number("withdrawn"),
        "duplicate": number("duplicate"),
        "imported": number("imported"),
        "waived": number("waived"),
        "extended": number("extended"),
        "stopped": len(lengths),
        "median": whole(nearest_rank(lengths, 50)),
        "p90": whole(nearest_rank(lengths, 90)),
        "survival": whole(kaplan_meier_median(cohort)),
        "cohort": len(cohort),
        "still_open": sum(not over for _length, over in cohort),
    }


def thousandths(interval: tuple[float, float] | None) -> list[int] | None:
    """Return both ends of an interval of shares in thousandths, for a text that is the same on every machine."""
    return [round(1000 * end) for end in interval] if interval else None


def whole(seconds: float | None) -> int | None:
    """Return seconds without their fraction."""
    return None if seconds is None else int(seconds)


def allowed_left(score: Score, target: float) -> int | None:
    """Return how many more may be missed among so many decided before the share falls under `target` percent."""
    if not score.decided:
        return None
    return floor((100 - target) * score.decided / 100 + 1e-9) - score.breached


def trend_of(
    items: Sequence[Item], *, levels: Sequence[str], bounds: Sequence[datetime]
) -> tuple[list[Row], Lists]:
    """Return the points of the periods between `bounds`, oldest first, and the lists behind them.

    Each cell has `points` (`met`, `decided`, `interval`) and `change`: "clear", "unclear" or "few", by Newcombe's
    95 % interval for the difference of the last two periods.
    """
    lists: Lists = defaultdict(list)
    for item in items:
        place = bisect_right(bounds, item.decided_at) - 1 if item.decided_at is not None else -1
        if item.imported or not 0 <= place < len(bounds) - 1 or item.level not in levels:
            continue
        if item.outcome in (MET, BREACHED):
            lists[key("decided", item.level, item.metric, str(place))].append(item.reference)
        if item.outcome == MET:
            lists[key("met", item.level, item.metric, str(place))].append(item.reference)
    cells = []
    for level in levels:
        for metric in METRICS:
            points = [
                _point(lists, level, metric, place, bounds[place], bounds[place + 1])
                for place in range(len(bounds) - 1)
            ]
            cells.append({"level": level, "metric": metric, "points": points, "change": _change(points)})
    return cells, dict(lists)


def _point(lists: Lists, level: str, metric: str, place: int, begins: datetime, ends: datetime) -> Row:
    met, decided = (len(lists.get(key(kind, level, metric, str(place)), ())) for kind in ("met", "decided"))
    return {
        "begins": begins,
        "ends": ends,
        "met": met,
        "decided": decided,
        "interval": thousandths(wilson(met, decided)),
    }


def _change(points: Sequence[Row]) -> str:
    before, last = points[-2:]
    if before["decided"] < FEW or last["decided"] < FEW:
        return "few"
    interval = newcombe(before["met"], before["decided"], last["met"], last["decided"])
    return "clear" if interval and (interval[0] > 0 or interval[1] < 0) else "unclear"
