"""Laws of the clock, for any calendar in any zone from 2015 to 2035 (spec §2); the oracle is tests/oracle.py.

CLOCK_EXAMPLES sets how many examples each law takes; `make verify-clock` compares many more cases.
"""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from slaportal.policies.clock import (
    Calendar,
    Pause,
    Unit,
    deadline,
    derive,
    elapsed,
    from_micros,
    is_open,
    next_opening,
    to_micros,
)
from slaportal.policies.opentime import Openings
from tests import oracle
from tests.verify_clock import BLOCK, DAY, FIRST_DAY, LAST_DAY, Case, changes, differences, run_block, zones

STEP = 15
MICROSECOND = timedelta(microseconds=1)
law = settings(
    max_examples=int(os.environ.get("CLOCK_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@st.composite
def hours(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Windows of one day in minutes: none, one that ends at 24:00, or up to three."""
    edges = sorted(draw(st.sets(st.integers(0, 1_440 // STEP), max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple((opens * STEP, closes * STEP) for opens, closes in pairs)


@st.composite
def instants(draw: st.DrawFn, low: int, high: int) -> int:
    """Microseconds of UTC, mostly on a quarter of an hour or beside one."""
    cell = STEP * oracle.MINUTE
    edge = draw(st.integers(low // cell, high // cell)) * cell
    return min(max(edge + draw(st.sampled_from((0, 0, 1, -1, 123_456_789))), low), high)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A question to both clocks, half of them around a clock change."""
    zone = draw(st.sampled_from(zones()))
    day = draw(st.integers(FIRST_DAY, LAST_DAY - 30))
    near_change = draw(st.booleans())
    if changes(zone) and near_change:
        day = draw(st.sampled_from(changes(zone))) - draw(st.integers(0, 3))
    start = draw(instants(day * DAY, (day + 1) * DAY))
    end = draw(instants(start, start + draw(st.integers(1, 9)) * DAY))
    near = st.integers(day - 2, day + 11)
    pauses = []
    for _ in range(draw(st.integers(0, 3))):
        begin = draw(instants(start - DAY, end + DAY))
        lasts = draw(st.integers(0, 9)) == 0
        pauses.append(oracle.Pause(begin, None if lasts else draw(instants(begin, end + DAY))))
    return Case(
        step=STEP,
        zone=zone,
        weekly=tuple(draw(hours()) for _ in range(7)),
        holidays=frozenset(draw(st.sets(near, max_size=3))),
        special=draw(st.dictionaries(near, hours(), max_size=3)),
        unit=draw(st.sampled_from(Unit)),
        start=start,
        end=end,
        pauses=tuple(pauses),
        amount=Fraction(draw(st.integers(1, 400)), draw(st.sampled_from((1, 2, 7, 60, 100)))),
    )


def clock_pauses(case: Case) -> list[Pause]:
    return [Pause(from_micros(p.start), None if p.end is None else from_micros(p.end)) for p in case.pauses]


def spent(case: Case, end: datetime, start: datetime | None = None) -> Fraction:
    """What the case counts from its start (or another) to an instant."""
    return elapsed(
        start=start or from_micros(case.start),
        end=end,
        unit=case.unit,
        calendar=case.calendar(),
        pauses=clock_pauses(case),
    )


def due(case: Case, more: Fraction | int = 0, later: timedelta = timedelta(0)) -> datetime | None:
    """The due instant of the case, or of a larger budget, or from a later start."""
    assume(case.unit in {Unit.MINUTES, Unit.HOURS, Unit.DAYS} or any(case.weekly))
    return deadline(
        start=from_micros(case.start) + later,
        amount=case.amount + more,
        unit=case.unit,
        calendar=case.calendar(),
        pauses=clock_pauses(case),
    )


@law
@given(cases())
def test_the_clock_agrees_with_an_oracle_of_another_design(case: Case) -> None:
    assert differences(case) == []


@law
@given(cases())
def test_a_budget_spent_to_the_end_is_due_there_or_where_counting_stopped_before(case: Case) -> None:
    amount = spent(case, from_micros(case.end))
    assume(amount > 0)
    assert differences(replace(case, amount=amount)) == []
    found = due(replace(case, amount=amount))
    assert found is not None
    assert found <= from_micros(case.end)
    assert spent(case, found) == amount


@law
@given(cases())
def test_the_due_instant_is_the_first_microsecond_at_which_the_budget_is_spent(case: Case) -> None:
    found = due(case)
    if found is None:
        assert any(pause.end is None for pause in case.pauses)
    else:
        assert spent(case, found - MICROSECOND) < case.amount <= spent(case, found)


@law
@given(cases(), st.fractions(Fraction(1, 1_000), 50), st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_larger_budget_or_a_later_start_is_never_due_earlier(
    case: Case, more: Fraction, later: timedelta
) -> None:
    first = due(case)
    for other in (due(case, more=more), due(case, later=later)):
        assert other is None or (first is not None and first <= other)


@law
@given(cases(), st.data())
def test_parts_of_an_interval_add_up(case: Case, data: st.DataObject) -> None:
    middle = from_micros(data.draw(instants(case.start, case.end)))
    end = from_micros(case.end)
    assert spent(case, middle) + spent(case, end, start=middle) == spent(case, end)


@law
@given(cases(), st.data())
def test_pausing_and_resuming_at_once_or_pausing_in_two_parts_changes_nothing(
    case: Case, data: st.DataObject
) -> None:
    at = data.draw(instants(case.start - DAY, case.end + DAY))
    assert due(replace(case, pauses=(*case.pauses, oracle.Pause(at, at)))) == due(case)
    for pause in case.pauses:
        if pause.start < at and (pause.end is None or at < pause.end):
            rest = tuple(other for other in case.pauses if other is not pause)
            halves = (oracle.Pause(at, pause.end), oracle.Pause(pause.start, at))
            assert due(replace(case, pauses=(*halves, *rest))) == due(case)


@law
@given(cases())
def test_a_derivation_covers_the_interval_and_adds_up(case: Case) -> None:
    start, end = from_micros(case.start), from_micros(case.end)
    pauses = clock_pauses(case)
    spans = derive(start=start, end=end, unit=case.unit, calendar=case.calendar(), pauses=pauses)
    edges = [start, *(span.end for span in spans)]
    assert [span.start for span in spans] == edges[:-1]
    assert edges[-1] == end
    total = Fraction(0)
    for span in spans:
        total += span.amount
        assert span.start < span.end
        assert span.total == total == spent(case, span.end)
        assert (span.amount > 0) is (span.kind == "counted")
        held = any(p.start <= span.start and (p.end is None or span.end <= p.end) for p in pauses)
        assert held is (span.kind == "paused") or len(pauses) > 1
    joined = [a for a, b in pairwise(spans) if (a.kind, a.label) == (b.kind, b.label)]
    assert all(span.kind == "counted" for span in joined)


@law
@given(cases())
def test_counting_begins_at_the_next_opening(case: Case) -> None:
    assume(any(case.weekly))
    calendar, start = case.calendar(), from_micros(case.start)
    opening = next_opening(instant=start, calendar=calendar)
    assert is_open(instant=opening, calendar=calendar)
    assert (opening == start) is is_open(instant=start, calendar=calendar)
    assert elapsed(start=start, end=opening, unit=Unit.BUSINESS_HOURS, calendar=calendar) == 0


@law
@given(st.sampled_from(zones()), st.integers(0, 400 * 365), st.lists(hours(), min_size=7, max_size=7))
def test_the_clock_repeats_itself_after_400_years(
    zone: str, day: int, weekly: list[tuple[tuple[int, int], ...]]
) -> None:
    assume(any(weekly))
    case = Case(STEP, zone, tuple(weekly), frozenset(), {}, Unit.BUSINESS_DAYS, 0, 0, (), Fraction(1))
    start = to_micros(datetime.fromisoformat("2250-01-01T00:00Z"), "start") + day * DAY
    far = start + 4 * 146_097 * DAY  # a later table is the earlier one, moved; the oracle makes its own
    expected = oracle.Oracle(case.hours(), "business_days", STEP).elapsed(far, far + 3 * DAY, ())
    assert Openings(case.calendar(), by_day=True).between(far, far + 3 * DAY) == expected


def test_verify_clock_agrees_on_its_first_cases() -> None:
    assert run_block(seed=2026, first=BLOCK - 40, last=BLOCK + 40) == (80, [])


def test_every_zone_of_the_database_makes_a_calendar() -> None:
    assert len(zones()) > 400
    for zone in zones():
        assert Calendar.always(zone).timezone == zone
