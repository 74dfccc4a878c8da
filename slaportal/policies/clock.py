"""The clock of the agreement: deadlines, elapsed time and their derivation (spec §2).

Pure code, standard library only, no reading of the present: the same inputs give the same answer for ever.
Instants are aware datetimes of any zone and come back in UTC with microseconds. Arithmetic is exact
(integers and fractions); a due instant that falls between two microseconds is rounded up to the later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Protocol

from slaportal.policies.openings import SECOND, Calendar, ClockError, Window, from_micros, to_micros
from slaportal.policies.opentime import Line, openings_of

__all__ = [
    "Bound",
    "Calendar",
    "ClockError",
    "Pause",
    "Span",
    "Unit",
    "Window",
    "deadline",
    "derive",
    "elapsed",
    "from_micros",
    "is_open",
    "next_opening",
    "passed",
    "to_micros",
]


class Unit(StrEnum):
    """What a budget is counted in; one day is 24 hours, a business day one open local date (spec §2)."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_MINUTES = "business_minutes"
    BUSINESS_HOURS = "business_hours"
    BUSINESS_DAYS = "business_days"


class Bound(StrEnum):
    """Whether the due instant itself is already too late (``before``) or still in time (``within``)."""

    BEFORE = "before"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands still in ``[start, end)``; ``end`` None: it still does. The label says by whom and why."""

    start: datetime
    end: datetime | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """One line of a derivation: UTC ``[start, end)``, what it was, what it counted, the running total.

    ``kind`` is ``counted``, ``closed``, ``holiday`` (label = its name) or ``paused`` (label = the pause's);
    ``amount`` and ``total`` are in the unit asked for, and only counted spans have an amount.
    """

    start: datetime
    end: datetime
    kind: str
    label: str
    amount: Fraction
    total: Fraction


def deadline(
    *,
    start: datetime,
    amount: Decimal | Fraction | int,
    unit: Unit,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
) -> datetime | None:
    """The earliest instant at which ``amount`` (> 0, in ``unit``) is spent, so closing time, not the next opening.

    None while an open pause stops the clock before the budget is spent. Raises ClockError for naive
    instants, amounts that are not positive or reach past the year 9999, and calendars without open time
    for ten years (spec §2, rules 2 to 8).
    """
    ruler = _ruler(unit, calendar)
    left = _budget(amount) * _SCALE[unit]
    for begin, end, pause in _stretches(to_micros(start, "start"), None, pauses):
        if pause is None:
            if end is None or (counted := ruler.between(begin, end)) >= left:
                return from_micros(ruler.reach(begin, left))
            left -= counted
    return None


def elapsed(
    *, start: datetime, end: datetime, unit: Unit, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> Fraction:
    """What ``[start, end)`` counts in ``unit``, pauses left out; exact. ``end`` before ``start`` is refused."""
    ruler = _ruler(unit, calendar)
    total: int | Fraction = 0
    for begin, until, pause in _stretches(*_ordered(start, end), pauses):
        if pause is None and until is not None:
            total += ruler.between(begin, until)
    return Fraction(total) / _SCALE[unit]


def passed(*, instant: datetime, due: datetime, bound: Bound) -> bool:
    """Whether a running clock is overrun at ``instant``: at the due instant by ``before``, after it by ``within``."""
    at, limit = to_micros(instant, "instant"), to_micros(due, "due")
    return at >= limit if bound is Bound.BEFORE else at > limit


def derive(
    *, start: datetime, end: datetime, unit: Unit, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> list[Span]:
    """How ``[start, end)`` adds up: contiguous spans in time order with the running total.

    Neighbors of the same kind and label are one span (a weekend is one closed span), except that each
    opening window is a counted span of its own. Closed time on a holiday's local date is that holiday.
    """
    ruler = _ruler(unit, calendar)
    lines: list[Line] = []
    for begin, until, pause in _stretches(*_ordered(start, end), pauses):
        if until is not None:
            lines += ruler.lines(begin, until) if pause is None else [(begin, until, "paused", pause, 0)]
    spans: list[Span] = []
    total = Fraction(0)
    for begin, until, kind, label, counted in lines:
        amount = Fraction(counted) / _SCALE[unit]
        total += amount
        if spans and kind != "counted" and (spans[-1].kind, spans[-1].label) == (kind, label):
            spans[-1] = Span(spans[-1].start, from_micros(until), kind, label, amount, total)
        else:
            spans.append(Span(from_micros(begin), from_micros(until), kind, label, amount, total))
    return spans


def next_opening(*, instant: datetime, calendar: Calendar) -> datetime:
    """When counting starts for something submitted at ``instant``: then, if open, else the next opening.

    Raises ClockError if the calendar does not open for ten years.
    """
    return from_micros(openings_of(calendar, by_day=False).next_opening(to_micros(instant, "instant")))


def is_open(*, instant: datetime, calendar: Calendar) -> bool:
    """Whether the instant lies in opening hours (half-open: not at closing time)."""
    return openings_of(calendar, by_day=False).is_open(to_micros(instant, "instant"))


_SCALE = {
    Unit.MINUTES: 60 * SECOND,
    Unit.HOURS: 3_600 * SECOND,
    Unit.DAYS: 86_400 * SECOND,
    Unit.BUSINESS_MINUTES: 60 * SECOND,
    Unit.BUSINESS_HOURS: 3_600 * SECOND,
    Unit.BUSINESS_DAYS: 1,
}
_ELAPSED = frozenset({Unit.MINUTES, Unit.HOURS, Unit.DAYS})
_HUGE = 15  # digits: a budget of 10**15 minutes is over past the year 9999 already
_TINY = -30


class _Ruler(Protocol):
    """A rising, piecewise-linear function of time (spec §2, rule 2), in UTC microseconds."""

    def between(self, start: int, end: int) -> int | Fraction: ...

    def reach(self, start: int, amount: int | Fraction) -> int: ...

    def lines(self, start: int, end: int) -> list[Line]: ...


class _ElapsedTime:
    """The ruler of minutes, hours and days: every microsecond counts, whatever the calendar."""

    def between(self, start: int, end: int) -> int:
        return end - start

    def reach(self, start: int, amount: int | Fraction) -> int:
        return start + ceil(amount)

    def lines(self, start: int, end: int) -> list[Line]:
        return [(start, end, "counted", "", end - start)]


def _ruler(unit: Unit, calendar: Calendar) -> _Ruler:
    if unit in _ELAPSED:
        return _ElapsedTime()
    return openings_of(calendar, by_day=unit is Unit.BUSINESS_DAYS)


def _budget(amount: Decimal | Fraction | int) -> int | Fraction:
    """The amount as an exact number; refuses what is not a positive, sensible, exact number."""
    if isinstance(amount, bool) or not isinstance(amount, (int, Decimal, Fraction)):
        raise ClockError(f"Give the amount as a whole number or an exact decimal; {amount!r} is neither.")
    if isinstance(amount, Decimal):
        if not amount.is_finite():
            raise ClockError(f"Give a finite amount; {amount} is not.")
        # Judged by its exponents first: 1E+999999999 as a fraction would fill the memory.
        exponent = amount.as_tuple().exponent
        if amount.adjusted() > _HUGE:
            raise ClockError(f"Give a smaller amount; {amount} ends after the year 9999.")
        if amount and isinstance(exponent, int) and exponent < _TINY:
            raise ClockError(f"Give the amount with at most {-_TINY} decimal places.")
    if amount <= 0:
        raise ClockError(f"Give an amount greater than zero; {amount} is not.")
    return amount if isinstance(amount, int) else Fraction(amount)


def _ordered(start: datetime, end: datetime) -> tuple[int, int]:
    begin, until = to_micros(start, "start"), to_micros(end, "end")
    if until < begin:
        raise ClockError(f"Give an end that is not before the start; {end.isoformat()} is.")
    return begin, until


def _stretches(
    start: int, end: int | None, pauses: Sequence[Pause]
) -> Iterator[tuple[int, int | None, str | None]]:
    """``[start, end)`` cut at the pauses, in time order: (begin, end, label of the pause or None).

    Pauses are united; where two overlap the one that began first gives the label. An ``end`` of None
    (the future is open) is passed on in the last stretch.
    """
    cursor = start
    for begin, until, label in _sorted(pauses):
        if end is not None:
            begin, until = min(begin, end), end if until is None else min(until, end)
        if begin > cursor:
            yield cursor, begin, None
            cursor = begin
        if until is None:
            yield cursor, None, label
            return
        if until > cursor:
            yield cursor, until, label
            cursor = until
    if end is None or cursor < end:
        yield cursor, end, None


def _sorted(pauses: Sequence[Pause]) -> list[tuple[int, int | None, str]]:
    found: list[tuple[int, int | None, str]] = []
    for pause in pauses:
        begin = to_micros(pause.start, "the start of a pause")
        until = None if pause.end is None else to_micros(pause.end, "the end of a pause")
        if until is not None and until < begin:
            raise ClockError(
                f"Let a pause end after its start; the one from {pause.start.isoformat()} does not."
            )
        if until != begin:
            found.append((begin, until, pause.label))
    return sorted(found, key=lambda pause: pause[0])
