"""`python -m tests.verify_clock --cases 200000`: the clock against the oracle of tests/oracle.py.

Seeded random cases over all zones, 2015 to 2035, half of them around a clock change: weekly windows up to
24:00, holidays, special days, pauses, all six units. Case k of a seed is the same on every machine, whatever
the number of processes. A difference is printed as a line for `manage.py deadlines`; the exit status is then 1.
"""

import argparse
import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from slaportal.policies.clock import (
    Calendar,
    Pause,
    Unit,
    Window,
    deadline,
    derive,
    elapsed,
    from_micros,
    is_open,
    next_opening,
    to_micros,
)
from slaportal.policies.deadline_lines import instant_text
from tests import oracle

DAY = 86_400_000_000
FIRST_DAY, LAST_DAY = 16_436, 24_106  # 2015-01-01 and 2036-01-01 in days since 1970
BLOCK = 500  # cases of one zone in a row, so that the oracle's readings of its clocks are used again
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BASE = date(1970, 1, 1)


@dataclass(frozen=True)
class Case:
    """One question in both clocks' words; instants are UTC microseconds since 1970."""

    step: int
    zone: str
    weekly: tuple[tuple[tuple[int, int], ...], ...]
    holidays: frozenset[int]
    special: dict[int, tuple[tuple[int, int], ...]]
    unit: Unit
    start: int
    end: int
    pauses: tuple[oracle.Pause, ...]
    amount: Fraction

    def hours(self) -> oracle.Hours:
        return oracle.Hours(self.zone, self.weekly, {**dict.fromkeys(self.holidays, ()), **self.special})

    def calendar(self) -> Calendar:
        return Calendar(
            timezone=self.zone,
            weekly=tuple(_windows(day) for day in self.weekly),
            holidays={BASE + timedelta(days=day): f"holiday {day}" for day in self.holidays},
            special={BASE + timedelta(days=day): _windows(windows) for day, windows in self.special.items()},
        )

    def line(self) -> str:
        """The case as a line for `manage.py deadlines`."""
        calendar = {
            "timezone": self.zone,
            "weekly": {name: _texts(day) for name, day in zip(NAMES, self.weekly, strict=True)},
            "holidays": [str(BASE + timedelta(days=day)) for day in sorted(self.holidays)],
            "special": {
                str(BASE + timedelta(days=day)): _texts(hours) for day, hours in self.special.items()
            },
        }
        pauses = [
            [_text(pause.start), None if pause.end is None else _text(pause.end)] for pause in self.pauses
        ]
        question = {"calendar": calendar, "start": _text(self.start), "unit": self.unit, "pauses": pauses}
        return json.dumps({**question, "exact_amount": str(self.amount), "amount": float(self.amount)})


def _windows(windows: tuple[tuple[int, int], ...]) -> tuple[Window, ...]:
    return tuple(Window(opens * 60, closes * 60) for opens, closes in windows)


def _texts(windows: tuple[tuple[int, int], ...]) -> list[list[str]]:
    return [[f"{minute // 60:02}:{minute % 60:02}" for minute in window] for window in windows]


def _text(micros: int) -> str:
    return instant_text(from_micros(micros))


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Every place of the zone database; not the machine's own zone, which is none."""
    return tuple(sorted(available_timezones() - {"localtime", "posixrules", "Factory"}))


@lru_cache(maxsize=64)
def changes(zone: str) -> tuple[int, ...]:
    """UTC days of 2015 to 2035 on which the zone's clocks change."""
    place = ZoneInfo(zone)
    midnights = (from_micros(day * DAY).astimezone(place) for day in range(FIRST_DAY, LAST_DAY + 1))
    readings = [midnight.utcoffset() for midnight in midnights]
    return tuple(FIRST_DAY + n for n in range(len(readings) - 1) if readings[n] != readings[n + 1])


def make_case(seed: int, number: int) -> Case:
    """Case ``number`` of a seed."""
    chance = random.Random(f"{seed}/{number}")
    zone = random.Random(f"{seed}/zone/{number // BLOCK}").choice(zones())
    step = chance.choice((15, 15, 15, 5))  # every zone is whole quarters of an hour off UTC in these years
    length = chance.choice((1, 2, 4, 8, 16)) if step == 15 else chance.choice((1, 2))
    near = changes(zone)
    if near and chance.random() < 0.5:
        day = chance.choice(near) - chance.randrange(length + 1)
    else:
        day = chance.randrange(FIRST_DAY, LAST_DAY - 30)
    start = day * DAY + _moment(chance, step, 0, DAY)
    end = start + _moment(chance, step, 1, length * DAY)
    days = range(day - 2, day + length + 3)
    weekly = tuple(_hours(chance, step) for _ in range(7))
    holidays = frozenset(chance.sample(days, k=min(len(days), chance.choice((0, 0, 1, 2)))))
    special = {one: _hours(chance, step) for one in chance.sample(days, k=chance.choice((0, 0, 1, 2)))}
    case = Case(
        step=step,
        zone=zone,
        weekly=weekly,
        holidays=holidays,
        special=special,
        unit=chance.choice((*Unit, Unit.BUSINESS_DAYS, Unit.BUSINESS_HOURS, Unit.BUSINESS_DAYS)),
        start=start,
        end=end,
        pauses=tuple(_pauses(chance, step, start, end)),
        amount=Fraction(0),
    )
    return Case(**{**case.__dict__, "amount": _amount(chance, case)})


def _moment(chance: random.Random, step: int, low: int, high: int) -> int:
    """Microseconds in [low, high]: mostly on a cell's edge, one off it, or anywhere."""
    cell = step * oracle.MINUTE
    edge = chance.randrange(low, high + 1) // cell * cell
    shift = chance.choice((0, 0, 0, 1, -1, chance.randrange(cell)))
    return min(max(edge + shift, low), high)


def _hours(chance: random.Random, step: int) -> tuple[tuple[int, int], ...]:
    """Windows of a day: none, all of it, or up to three of any length, 24:00 being likely."""
    kind = chance.random()
    if kind < 0.15:
        return ()
    if kind < 0.25:
        return ((0, 1_440),)
    cells = 1_440 // step
    edges = sorted(chance.sample(range(cells + 1), k=2 * chance.choice((1, 1, 2, 3))))
    if chance.random() < 0.25:
        edges[-1] = cells
    if chance.random() < 0.1:
        edges[0] = 0
    return tuple((edges[n] * step, edges[n + 1] * step) for n in range(0, len(edges), 2))


def _pauses(chance: random.Random, step: int, start: int, end: int) -> Iterator[oracle.Pause]:
    for _ in range(chance.choice((0, 0, 0, 1, 2, 4))):
        low, high = start - DAY // 2, end + DAY // 2
        first = low + _moment(chance, step, 0, high - low)
        until = first + _moment(chance, step, 0, high - first)
        yield oracle.Pause(first, None if chance.random() < 0.08 else until)


def _amount(chance: random.Random, case: Case) -> Fraction:
    """All that passes until the end (so the edge itself), a share of it, or a number somebody would write."""
    spent = oracle.Oracle(case.hours(), case.unit, case.step).elapsed(case.start, case.end, case.pauses)
    kind = chance.random()
    if spent and kind < 0.35:
        return spent
    if spent and kind < 0.7:
        return spent * Fraction(chance.randrange(1, 30), 30)
    return Fraction(chance.randrange(1, 200), chance.choice((1, 1, 2, 4, 10)))


def differences(case: Case) -> list[str]:
    """What the two clocks answer differently, as sentences; empty if nothing."""
    judge = oracle.Oracle(case.hours(), case.unit, case.step)
    calendar, start, end = case.calendar(), from_micros(case.start), from_micros(case.end)
    pauses = [Pause(from_micros(p.start), None if p.end is None else from_micros(p.end)) for p in case.pauses]
    found = []
    spent = elapsed(start=start, end=end, unit=case.unit, calendar=calendar, pauses=pauses)
    truth = judge.elapsed(case.start, case.end, case.pauses)
    if spent != truth:
        found.append(f"elapsed until {end}: {spent}, oracle {truth}")
    spans = derive(start=start, end=end, unit=case.unit, calendar=calendar, pauses=pauses)
    if sum((span.amount for span in spans), Fraction(0)) != truth:
        found.append(
            f"derivation until {end} adds up to {'nothing' if not spans else spans[-1].total}, oracle {truth}"
        )
    horizon = case.end + 2 * DAY
    expected = judge.deadline(case.start, case.amount, case.pauses, horizon)
    if any(any(day) for day in case.weekly):
        due = deadline(start=start, amount=case.amount, unit=case.unit, calendar=calendar, pauses=pauses)
        answer = None if due is None or to_micros(due, "due") > horizon else to_micros(due, "due")
        if answer != expected:
            found.append(f"due {due}, oracle {expected and from_micros(expected)}")
    if is_open(instant=start, calendar=calendar) != oracle.Oracle(
        case.hours(), "business_hours", case.step
    ).is_open(case.start):
        found.append(f"open at {start}: {is_open(instant=start, calendar=calendar)}")
    elif (
        is_open(instant=start, calendar=calendar) and next_opening(instant=start, calendar=calendar) != start
    ):
        found.append(f"open at {start}, yet opening later")
    return found


def run_block(seed: int, first: int, last: int) -> tuple[int, list[str]]:
    """Check cases [first, last); return how many there were and what differed."""
    found = []
    for number in range(first, last):
        case = make_case(seed, number)
        found += [f"case {number}: {what}\n  {case.line()}" for what in differences(case)]
    return last - first, found


def _run(block: tuple[int, int, int]) -> tuple[int, list[str]]:
    return run_block(*block)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Run the cases on all processors; 0 if both clocks always agree."""
    parser = argparse.ArgumentParser(description="Compare the clock with the oracle on random cases.")
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    began, done, differing = time.monotonic(), 0, 0
    blocks = [
        (options.seed, first, min(first + BLOCK, options.cases)) for first in range(0, options.cases, BLOCK)
    ]
    with multiprocessing.Pool(options.processes) as pool:
        for count, found in pool.imap_unordered(_run, blocks):
            done, differing = done + count, differing + len(found)
            for what in found[:10]:
                _say(f"\n{what}")
            if done % 5_000 < count:
                _say(f"{done} of {options.cases} cases, {time.monotonic() - began:.0f} s")
    _say(f"{done} cases, {differing} differences")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
