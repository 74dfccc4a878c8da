"""Open time as a function on the line of UTC: read it, invert it, list it (spec §2).

Pure standard library. A calendar thinks in local wall time; its hours are turned into UTC microseconds
since 1970 *before* any arithmetic, so a clock change is just a longer or shorter day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from slaportal.policies.openings import (
    DAY,
    EPOCH_DAY,
    OUT_OF_RANGE,
    TEN_YEARS,
    Calendar,
    ClockError,
    Window,
    edge,
    from_micros,
    in_utc,
    zone_of,
)

# Tables cover spans of 21 UTC days, because 400 years, after which the Gregorian calendar, the weekdays and
# every zone's last rule repeat, are exactly 6 957 of them.
_SPAN = 21 * DAY
_CYCLE = 146_097 * DAY // _SPAN
_END = (date.max.toordinal() + 1 - EPOCH_DAY) * DAY
_RULES_ONLY_FROM = date(2200, 1, 1).toordinal()  # no zone lists single clock changes that far ahead


Line = tuple[int, int, str, str, int | Fraction]  # start, end, kind, label, what it counts for


class Opening(NamedTuple):
    """Open time ``[start, end)`` in UTC microseconds, and all open time of the local date it belongs to."""

    start: int
    end: int
    day_open: int


class _Table(NamedTuple):
    """The openings of one span, from its own start: edges and, before each, what was counted.

    Counted in ``1 / scale``, where an opening counts ``rates`` of them a microsecond: so all are integers.
    """

    starts: list[int]
    ends: list[int]
    rates: list[int]
    sums: list[int]
    scale: int
    total: int | Fraction


class Openings:
    """A rising, piecewise-linear reading of a calendar, and its inverse (spec §2, rule 2).

    Reads open microseconds, or with ``by_day`` open days: each local date with open time counts 1,
    part of it by the share of its open time. Tables are made only for the spans that are asked for.
    """

    def __init__(self, calendar: Calendar, *, by_day: bool) -> None:
        self._by_day = by_day
        self._zone = zone_of(calendar.timezone)
        self._weekly = calendar.weekly
        self._holidays = {day.toordinal(): name for day, name in calendar.holidays.items()}
        self._special: dict[int, tuple[Window, ...]] = dict.fromkeys(self._holidays, ())
        self._special |= {day.toordinal(): windows for day, windows in calendar.special.items()}
        self._tables: dict[int, _Table] = {}
        last = max(self._special, default=0)
        self._repeats_from = (max(last, _RULES_ONLY_FROM) + 3 - EPOCH_DAY) * DAY // _SPAN + 1
        # A calendar of special days only is over after the last: known at once, not after ten years of days.
        self._over = None if any(self._weekly) else (last + 3 - EPOCH_DAY) * DAY

    def between(self, start: int, end: int) -> int | Fraction:
        """What is counted from ``start`` to ``end`` (UTC microseconds, start <= end)."""
        (first, since), (last, until) = divmod(start, _SPAN), divmod(end, _SPAN)
        total = self._read(last, until) - self._read(first, since)
        for number in range(first, last):
            total += self._table(number).total
        return total

    def reach(self, start: int, amount: int | Fraction) -> int:
        """The earliest microsecond at which ``amount`` (> 0) has been counted since ``start``.

        Raises ClockError past the year 9999 and after ten years without open time.
        """
        number, since = divmod(start, _SPAN)
        left = self._read(number, since) + amount
        if amount > (_END // DAY - start // DAY + 2 if self._by_day else _END - start):
            raise ClockError(OUT_OF_RANGE)
        closed_since = start
        while left > (table := self._table(number)).total:
            left -= table.total
            if table.ends:
                self._refuse_long_closing(closed_since, number * _SPAN + table.starts[0])
                closed_since = max(start, number * _SPAN + table.ends[-1])
            number += 1
            if number * _SPAN > _END:
                raise ClockError(OUT_OF_RANGE)
            self._refuse_long_closing(closed_since, number * _SPAN)
        self._refuse_long_closing(closed_since, number * _SPAN + table.starts[0])
        goal, parts = left.numerator * table.scale, left.denominator
        index = bisect_left(table.sums, _ceil(goal, parts)) - 1
        micros = _ceil(goal - table.sums[index] * parts, parts * table.rates[index])
        return number * _SPAN + table.starts[index] + micros

    def next_opening(self, instant: int) -> int:
        """The instant itself if open, else the next opening; ClockError if there is none for ten years."""
        number, since = divmod(instant, _SPAN)
        while (index := bisect_right((table := self._table(number)).ends, since)) == len(table.ends):
            number, since = number + 1, 0
            self._refuse_long_closing(instant, number * _SPAN)
        opening = max(instant, number * _SPAN + table.starts[index])
        self._refuse_long_closing(instant, opening)
        return opening

    def is_open(self, instant: int) -> bool:
        """Whether the instant lies in an opening."""
        number, since = divmod(instant, _SPAN)
        table = self._table(number)
        index = bisect_right(table.starts, since) - 1
        return index >= 0 and since < table.ends[index]

    def openings(self, start: int, end: int) -> list[Opening]:
        """The openings that touch ``[start, end)``, uncut, in time order; they never overlap."""
        first, last = (micros // DAY + EPOCH_DAY for micros in (start, end - 1))
        # A zone is less than a day off UTC, so these local dates are all that can matter.
        return [o for o in self._on_days(first - 1, last + 1) if o.start < end and start < o.end]

    def _named(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """The holidays that touch ``[start, end)`` as (start, end, name), in time order."""
        first, last = (micros // DAY + EPOCH_DAY for micros in (start, end - 1))
        days = sorted(day for day in self._holidays if first - 1 <= day <= last + 1)
        found = [
            (edge(self._zone, day, 0), edge(self._zone, day, 86_400), self._holidays[day]) for day in days
        ]
        return [(opens, closes, name) for opens, closes, name in found if opens < end and start < closes]

    def lines(self, start: int, end: int) -> list[Line]:
        """``[start, end)`` as a list of openings and what lies between them: closed time, holidays by name."""
        found: list[Line] = []
        cursor, holidays = start, self._named(start, end)
        for opening in self.openings(start, end):
            begin, until = max(opening.start, start), min(opening.end, end)
            found += _closed(cursor, begin, holidays)
            found.append((begin, until, "counted", "", self._share(opening, until - begin)))
            cursor = until
        return [*found, *_closed(cursor, end, holidays)]

    def _share(self, opening: Opening, micros: int) -> int | Fraction:
        """What ``micros`` of an opening count for."""
        return Fraction(micros, opening.day_open) if self._by_day else micros

    def _read(self, number: int, since: int) -> int | Fraction:
        """What is counted from the start of a span to ``since`` microseconds later."""
        table = self._table(number)
        index = bisect_right(table.starts, since) - 1
        if index < 0:
            return 0
        part = min(since, table.ends[index]) - table.starts[index]
        counted = table.sums[index] + part * table.rates[index]
        return Fraction(counted, table.scale) if self._by_day else counted

    def _table(self, number: int) -> _Table:
        if number >= self._repeats_from:
            number = self._repeats_from + (number - self._repeats_from) % _CYCLE
        table = self._tables.get(number)
        if table is None:
            table = self._tables[number] = self._make_table(number * _SPAN)
        return table

    def _make_table(self, origin: int) -> _Table:
        openings = self.openings(origin, origin + _SPAN)
        scale = lcm(*{opening.day_open for opening in openings}) if self._by_day else 1
        table = _Table([], [], [], [0], scale, 0)
        for opening in openings:
            start, end = max(opening.start - origin, 0), min(opening.end - origin, _SPAN)
            table.starts.append(start)
            table.ends.append(end)
            table.rates.append(scale // opening.day_open if self._by_day else 1)
            table.sums.append(table.sums[-1] + (end - start) * table.rates[-1])
        whole, rest = divmod(table.sums[-1], scale)
        return table._replace(total=Fraction(table.sums[-1], scale) if rest else whole)

    def _on_days(self, first: int, last: int) -> list[Opening]:
        """The openings of local dates (ordinals, both included) in time order."""
        found: list[Opening] = []
        before, moved = self._mapped(first - 1), False
        for ordinal in range(first, last + 1):
            mapped = windows = self._mapped(ordinal)
            if windows and before and windows[0][0] < before[-1][1]:
                # A clock change at midnight pushed yesterday's hours into today: that time stays yesterday's.
                windows, moved = _without(windows, before), True
            day_open = sum(end - start for start, end in windows)
            found.extend(Opening(start, end, day_open) for start, end in windows)
            before = mapped
        return sorted(found) if moved else found

    def _mapped(self, ordinal: int) -> list[tuple[int, int]]:
        windows = self._special.get(ordinal)
        return in_utc(self._zone, ordinal, self._weekly[(ordinal - 1) % 7] if windows is None else windows)

    def _refuse_long_closing(self, since: int, until: int) -> None:
        if until - since > TEN_YEARS * DAY or (self._over is not None and until > self._over):
            day = from_micros(since).date()
            raise ClockError(
                f"Give the calendar ({self._zone}) open hours: none in the ten years after {day}."
            )


def _ceil(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def _closed(start: int, end: int, holidays: list[tuple[int, int, str]]) -> Iterator[Line]:
    """``[start, end)``, which has no opening, cut at the holidays."""
    for opens, closes, name in holidays:
        begin, until = max(opens, start), min(closes, end)
        if begin < until:
            if start < begin:
                yield start, begin, "closed", "", 0
            yield begin, until, "holiday", name, 0
            start = until
    if start < end:
        yield start, end, "closed", "", 0


def _without(windows: list[tuple[int, int]], taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of windows that no taken window covers."""
    for start, end in taken:
        windows = [
            part
            for opens, closes in windows
            for part in ((opens, min(closes, start)), (max(opens, end), closes))
            if part[0] < part[1]
        ]
    return windows


@lru_cache(maxsize=512)
def openings_of(calendar: Calendar, *, by_day: bool) -> Openings:
    """The shared, lazily filled tables of a calendar."""
    return Openings(calendar, by_day=by_day)
