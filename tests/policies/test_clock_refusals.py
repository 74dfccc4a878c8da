"""What the clock refuses, always as ClockError with a sentence, and never by a loop (spec §2)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from slaportal.policies.clock import (
    Bound,
    Calendar,
    ClockError,
    Pause,
    Unit,
    Window,
    deadline,
    derive,
    elapsed,
    is_open,
    next_opening,
    passed,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAIVE = datetime(2026, 11, 23, 12)  # noqa: DTZ001 - what is refused
ALWAYS = Calendar.always()
OFFICE = Calendar.parse({"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}})
NEVER = Calendar(timezone="UTC", weekly=((),) * 7)
ONE_DAY = Calendar(timezone="UTC", weekly=((),) * 7, special={date(2026, 11, 24): (Window(0, 3_600),)})
# Open on Mondays, had not twelve years of Mondays been declared holidays.
CLOSED_FOR_YEARS = Calendar(
    timezone="UTC",
    weekly=((Window(0, 3_600),), *((),) * 6),
    holidays={date(2026, 11, 23) + timedelta(weeks=n): "strike" for n in range(12 * 53)},
)


def due(
    amount: object, unit: Unit = Unit.BUSINESS_HOURS, calendar: Calendar = ALWAYS, **more: object
) -> object:
    asked = {"start": NOON, "amount": amount, "unit": unit, "calendar": calendar, **more}
    return deadline(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize(
    "amount",
    [
        *(0, -1, True, 1.5, "1", None, 10**30, 10**13, Fraction(-1, 3)),
        *map(Decimal, ("0", "-0.5", "NaN", "sNaN", "Infinity", "-Infinity", "1E+999999", "1E-999999")),
    ],
)
def test_an_amount_must_be_a_positive_exact_number_within_the_calendar_of_people(
    unit: Unit, amount: object
) -> None:
    with pytest.raises(ClockError, match=r"^Give .*\.$"):
        due(amount, unit)
    with pytest.raises(ClockError, match=r"^Give .*\.$"):
        due(amount, unit, OFFICE)


@pytest.mark.parametrize("calendar", [NEVER, ONE_DAY, CLOSED_FOR_YEARS])
@pytest.mark.parametrize("unit", [Unit.BUSINESS_MINUTES, Unit.BUSINESS_HOURS, Unit.BUSINESS_DAYS])
def test_ten_years_without_open_time_are_refused(calendar: Calendar, unit: Unit) -> None:
    with pytest.raises(ClockError, match="open hours: none in the ten years after"):
        due(100, unit, calendar)


@pytest.mark.parametrize("calendar", [NEVER, CLOSED_FOR_YEARS])
def test_a_calendar_that_stays_closed_fails_its_check_and_has_no_next_opening(calendar: Calendar) -> None:
    with pytest.raises(ClockError, match="open hours"):
        calendar.check(on=NOON.date())
    with pytest.raises(ClockError, match="open hours"):
        next_opening(instant=NOON, calendar=calendar)
    assert not is_open(instant=NOON, calendar=calendar)
    assert due(1, Unit.HOURS, calendar) == NOON + timedelta(hours=1)


def test_one_open_day_is_enough_until_it_is_over() -> None:
    ONE_DAY.check(on=date(2026, 11, 24))
    ONE_DAY.check(on=date(2016, 11, 24))
    assert due(1, Unit.BUSINESS_DAYS, ONE_DAY) == datetime(2026, 11, 24, 1, tzinfo=UTC)
    for on in (date(2026, 11, 25), date(2016, 11, 1), date.max):
        with pytest.raises(ClockError, match="open hours"):
            ONE_DAY.check(on=on)


def test_nine_years_of_closing_are_waited_for() -> None:
    days = {date(2026, 11, 24): (Window(0, 3_600),), date(2035, 11, 24): (Window(0, 3_600),)}
    rare = Calendar(timezone="UTC", weekly=((),) * 7, special=days)
    assert due(90, Unit.BUSINESS_MINUTES, rare) == datetime(2035, 11, 24, 0, 30, tzinfo=UTC)


def test_the_last_year_can_be_reached_and_not_passed() -> None:
    eve = datetime(9999, 12, 31, 12, tzinfo=UTC)
    for unit in (Unit.HOURS, Unit.BUSINESS_HOURS):
        found = deadline(start=eve, amount=11, unit=unit, calendar=ALWAYS)
        assert found == datetime(9999, 12, 31, 23, tzinfo=UTC)
        with pytest.raises(ClockError, match="9999"):
            deadline(start=eve, amount=13, unit=unit, calendar=ALWAYS)
    with pytest.raises(ClockError):
        next_opening(instant=eve, calendar=NEVER)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: due(1, start=NAIVE),
        lambda: due(1, pauses=[Pause(NAIVE, NOON)]),
        lambda: due(1, pauses=[Pause(NOON, NAIVE)]),
        lambda: elapsed(start=NAIVE, end=NOON, unit=Unit.HOURS, calendar=ALWAYS),
        lambda: elapsed(start=NOON, end=NAIVE, unit=Unit.HOURS, calendar=ALWAYS),
        lambda: derive(start=NOON, end=NAIVE, unit=Unit.HOURS, calendar=ALWAYS),
        lambda: passed(instant=NAIVE, due=NOON, bound=Bound.BEFORE),
        lambda: passed(instant=NOON, due=NAIVE, bound=Bound.BEFORE),
        lambda: next_opening(instant=NAIVE, calendar=ALWAYS),
        lambda: is_open(instant=NAIVE, calendar=ALWAYS),
    ],
)
def test_instants_without_an_offset_are_refused(ask: Callable[[], object]) -> None:
    with pytest.raises(ClockError, match="with its UTC offset or Z; 2026-11-23T12:00:00 has none"):
        ask()


def test_time_does_not_run_backwards() -> None:
    earlier = NOON - timedelta(microseconds=1)
    with pytest.raises(ClockError, match="not before the start"):
        elapsed(start=NOON, end=earlier, unit=Unit.BUSINESS_DAYS, calendar=ALWAYS)
    with pytest.raises(ClockError, match="not before the start"):
        derive(start=NOON, end=earlier, unit=Unit.BUSINESS_DAYS, calendar=ALWAYS)
    with pytest.raises(ClockError, match="pause end after its start"):
        due(1, pauses=[Pause(NOON, earlier)])


@pytest.mark.parametrize("edges", [(0, 0), (60, 30), (-1, 60), (0, 86_401)])
def test_windows_open_before_they_close_within_one_day(edges: tuple[int, int]) -> None:
    with pytest.raises(ClockError, match="Let a window open before it closes"):
        Window(*edges)


def test_windows_of_a_day_do_not_overlap_but_may_touch() -> None:
    with pytest.raises(ClockError, match="overlap"):
        Calendar(timezone="UTC", weekly=((Window(0, 20), Window(10, 30)), *((),) * 6))
    with pytest.raises(ClockError, match=r"2026-12-24.*overlap"):
        Calendar(timezone="UTC", weekly=((),) * 7, special={date(2026, 12, 24): (Window(5, 9), Window(0, 6))})
    touching = Calendar(timezone="UTC", weekly=((Window(10, 30), Window(0, 10)), *((),) * 6))
    assert touching.weekly[0] == (Window(0, 10), Window(10, 30))


@pytest.mark.parametrize(
    "zone", ["", "Mars/Base", "Europe", "../UTC", "/etc/localtime", "localtime", "right/UTC", "U\0"]
)
def test_a_zone_must_be_a_place(zone: str) -> None:
    with pytest.raises(ClockError, match="Use an IANA time zone"):
        Calendar.always(zone)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"timezone": None}, "Name the calendar's timezone"),
        ({"timezone": "Berlin"}, "'Berlin' is not one"),
        ({"weekly": None}, "weekly hours"),
        ({"weekly": [[]]}, "weekly hours"),
        ({"weekly": {"Monday": []}}, "'Monday' is none of them"),
        ({"weekly": {"mon": "09:00-17:00"}}, "list of windows"),
        ({"weekly": {"mon": ["09:00", "17:00"]}}, "Write a window as"),
        ({"weekly": {"mon": [["09:00"]]}}, "Write a window as"),
        ({"weekly": {"mon": [["09:00", 17]]}}, "HH:MM"),
        ({"weekly": {"mon": [["9", "17:00"]]}}, "HH:MM"),
        ({"weekly": {"mon": [["09:60", "17:00"]]}}, "HH:MM"),
        ({"weekly": {"mon": [["09:00", "24:01"]]}}, "HH:MM"),
        ({"weekly": {"mon": [["٠٩:٠٠", "17:00"]]}}, "HH:MM"),
        ({"weekly": {"mon": [["17:00", "09:00"]]}}, "17:00:00-09:00:00 does not"),
        ({"weekly": {"mon": [["09:00", "13:00"], ["12:00", "17:00"]]}}, "windows of mon"),
        ({"holidays": "2026-12-25"}, "Give holidays as a list"),
        ({"holidays": [20261225]}, "Give holidays as a list"),
        ({"holidays": ["2026-12-32"]}, "YYYY-MM-DD; '2026-12-32' is not"),
        ({"holidays": ["20261225"]}, "YYYY-MM-DD"),
        ({"holidays": {"2026-12-25": None}}, "Name a holiday with text"),
        ({"special": []}, "special days as"),
        ({"special": {"tomorrow": []}}, "YYYY-MM-DD"),
        ({"holiday": []}, "Leave 'holiday' out"),
    ],
)
def test_a_calendar_is_refused_with_what_to_change(change: dict[str, object], sentence: str) -> None:
    data: dict[str, object] = {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}}
    with pytest.raises(ClockError) as refusal:
        Calendar.parse(data | change)
    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_a_calendar_is_an_object_of_seven_days() -> None:
    with pytest.raises(ClockError, match="Write a calendar as an object"):
        Calendar.parse(["UTC"])  # type: ignore[arg-type]
    with pytest.raises(ClockError, match="seven weekdays"):
        Calendar(timezone="UTC", weekly=((),) * 6)
