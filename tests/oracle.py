"""A second clock, of another design, to test the first one against (spec §2).

It never maps a local time to UTC. It walks the line of UTC in small cells, asks the zone what the clocks on
the wall show in each, and reads from that whether the cell is open:

* a time of day has come once the wall clock has shown it or a later one. So the hour that occurs twice
  counts from its first time, and the second showing opens and closes nothing;
* a time that the wall clock skips has come when the clock that was not put forward would show it.

Cells are the unit of truth, so window edges and clock changes must lie on their edges (asserted); starts,
ends, pauses and amounts may be anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import groupby, pairwise
from math import ceil
from zoneinfo import ZoneInfo

MINUTE = 60_000_000
DAY_MINUTES = 1_440
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCALE = {"minutes": 60_000_000, "hours": 3_600_000_000, "days": 86_400_000_000}
Windows = tuple[tuple[int, int], ...]  # minutes of the local day, half-open


@dataclass(frozen=True)
class Hours:
    """A calendar in the oracle's own words: minutes of the day, weekdays by number, dates as days since 1970."""

    zone: str
    weekly: tuple[Windows, ...]
    special: Mapping[int, Windows]  # holidays are special days without windows

    def on(self, day: int) -> Windows:
        if day in self.special:
            return self.special[day]
        return self.weekly[(day + 3) % 7]  # 1970-01-01 was a Thursday


def micros(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=40_000)
def shown(zone: str, day: int, step: int) -> tuple[int, ...]:
    """What the wall clock shows at the start of each cell of a UTC day, in minutes since 1970 local."""
    place = ZoneInfo(zone)
    found = []
    for minute in range(day * DAY_MINUTES, (day + 1) * DAY_MINUTES, step):
        offset = datetime.fromtimestamp(minute * 60, place).utcoffset()
        assert offset is not None
        ahead, rest = divmod(offset.days * 86_400 + offset.seconds, 60 * step)
        assert rest == 0, (zone, day, offset)
        found.append(minute + ahead * step)
    return tuple(found)


@lru_cache(maxsize=100_000)
def is_steady(zone: str, day: int, step: int) -> bool:
    """Whether the clocks of the zone go evenly through a UTC day and the cell after it."""
    walls = (*shown(zone, day, step), shown(zone, day + 1, step)[0])
    return walls == tuple(range(walls[0], walls[0] + DAY_MINUTES + step, step))


@lru_cache(maxsize=10_000)
def open_cells(windows: Windows, step: int) -> tuple[bool, ...]:
    """Whether each cell of a local day lies in one of its windows."""
    return tuple(
        any(opens <= minute < closes for opens, closes in windows) for minute in range(0, DAY_MINUTES, step)
    )


def owners(hours: Hours, day: int, step: int) -> list[int | None]:
    """For each cell of a UTC day the local date whose hours it belongs to, or None while closed."""
    if not all(is_steady(hours.zone, near, step) for near in (day - 1, day)):
        return _owners_near_change(hours, day, step)
    walls = shown(hours.zone, day, step)
    found: list[int | None] = []
    for local in range(walls[0] // DAY_MINUTES, walls[-1] // DAY_MINUTES + 1):
        cells = open_cells(hours.on(local), step)
        found += [local if is_open else None for is_open in cells]
    first = walls[0] % DAY_MINUTES // step
    return found[first : first + len(walls)]


def _owners_near_change(hours: Hours, day: int, step: int) -> list[int | None]:
    walls = [wall for near in range(day - 2, day + 1) for wall in shown(hours.zone, near, step)]
    cells_a_day = DAY_MINUTES // step
    highest = walls[0]
    skipped: list[tuple[int, int, int]] = []  # first skipped time, first time shown again, cell of the change
    found: list[int | None] = []
    for cell in range(1, 3 * cells_a_day):
        if walls[cell] > walls[cell - 1] + step:
            skipped.append((walls[cell - 1] + step, walls[cell], cell))
        highest = max(highest, walls[cell])
        if cell >= 2 * cells_a_day:
            unchanged = [(first, last, first + (cell - change) * step) for first, last, change in skipped]
            found.append(_owner(hours, walls[cell] // DAY_MINUTES, highest, unchanged))
    return found


def _owner(hours: Hours, today: int, highest: int, unchanged: list[tuple[int, int, int]]) -> int | None:
    """The earliest local date with a window that has opened and not closed, by the rule of this module."""

    def has_come(time: int) -> bool:
        for first, last, unchanged_clock in unchanged:
            if first <= time < last:
                return unchanged_clock >= time
        return highest >= time

    for local in (today - 1, today, today + 1):
        for opens, closes in hours.on(local):
            if has_come(local * DAY_MINUTES + opens) and not has_come(local * DAY_MINUTES + closes):
                return local
    return None


@dataclass(frozen=True)
class Pause:
    """Microseconds since 1970, half-open; None while it lasts."""

    start: int
    end: int | None


class Oracle:
    """Counts one calendar in one unit; instants are UTC microseconds since 1970."""

    def __init__(self, hours: Hours, unit: str, step: int) -> None:
        self.hours, self.unit, self.step = hours, unit, step
        self._owners: dict[int, list[int | None]] = {}

    def elapsed(self, start: int, end: int, pauses: Sequence[Pause]) -> Fraction:
        return sum(((b - a) * rate for a, b, rate in self._counting(start, end, pauses)), Fraction(0))

    def deadline(self, start: int, amount: Fraction, pauses: Sequence[Pause], horizon: int) -> int | None:
        """The due instant, rounded up to a microsecond; None if the budget is not spent by the horizon."""
        left = amount
        for a, b, rate in self._counting(start, horizon, pauses):
            if (b - a) * rate >= left:
                return a + ceil(left / rate)
            left -= (b - a) * rate
        return None

    def is_open(self, instant: int) -> bool:
        return any(a <= instant < b for a, b, _ in self._runs(instant, instant + 1))

    def _counting(self, start: int, end: int, pauses: Sequence[Pause]) -> Iterator[tuple[int, int, Fraction]]:
        """Stretches in which the clock counts, with what a microsecond counts for."""
        for first, last, rate in self._runs(start, end):
            edges = {first, last}
            for pause in pauses:
                edges |= {
                    edge for edge in (pause.start, pause.end) if edge is not None and first < edge < last
                }
            for a, b in pairwise(sorted(edges)):
                if not any(p.start <= a and (p.end is None or a < p.end) for p in pauses):
                    yield a, b, rate

    def _runs(self, start: int, end: int) -> Iterator[tuple[int, int, Fraction]]:
        if self.unit in SCALE:
            yield start, end, Fraction(1, SCALE[self.unit])
            return
        width = self.step * MINUTE
        for day in range(start // (DAY_MINUTES * MINUTE), end // (DAY_MINUTES * MINUTE) + 1):
            cell = day * DAY_MINUTES * MINUTE
            for owner, group in groupby(self._owners_of(day)):
                first, cell = cell, cell + width * sum(1 for _ in group)
                a, b = max(first, start), min(cell, end)
                if owner is not None and a < b:
                    yield a, b, self._rate(owner)

    def _rate(self, local_day: int) -> Fraction:
        if self.unit != "business_days":
            return Fraction(1, SCALE[self.unit.removeprefix("business_")])
        cells = sum(self._owners_of(day).count(local_day) for day in range(local_day - 1, local_day + 3))
        return Fraction(1, cells * self.step * MINUTE)

    def _owners_of(self, day: int) -> list[int | None]:
        if day not in self._owners:
            self._owners[day] = owners(self.hours, day, self.step)
        return self._owners[day]
