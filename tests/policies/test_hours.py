"""Opening hours as people write them."""

import pytest

from slaportal.policies import hours
from slaportal.policies.clock import Calendar, ClockError
from slaportal.policies.holidays import NoHolidays, snapshot

WEEK = "Mon–Thu 09:00–12:00, 13:00–17:00\nFri 09:00–24:00"
SPECIAL = "2026-12-24 09:00–12:00\n2026-12-31 closed"
HOLIDAYS = "2026-12-25 Christmas Day\n2026-12-26 Second Day of Christmas"


def calendar() -> Calendar:
    return Calendar.parse(
        {
            "timezone": "Europe/Berlin",
            "weekly": hours.weekly_from(WEEK),
            "special": hours.special_from(SPECIAL),
            "holidays": hours.holidays_from(HOLIDAYS),
        }
    )


def test_lines_become_hours_and_hours_become_the_same_lines() -> None:
    assert hours.weekly_text(calendar()) == WEEK
    assert hours.special_text(calendar()) == SPECIAL
    assert hours.holidays_text(calendar()) == HOLIDAYS


def test_equal_calendars_have_the_same_form_whatever_was_typed() -> None:
    assert Calendar.parse(hours.to_data(calendar())) == calendar()
    loose = hours.weekly_from(
        "monday - thursday: 9:00 - 12:00 , 13:00-17:00\nFRI 9:00-24:00\nSat, Sun closed"
    )
    assert (
        hours.to_data(Calendar.parse({"timezone": "UTC", "weekly": loose}))["weekly"]
        == (hours.to_data(calendar())["weekly"])
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("whenever", "is not like that"),
        ("Mon 09:00", "Write windows as 09:00-17:00"),
        ("Mon 17:00-09:00", "open before it closes"),
        ("Mon 25:00-26:00", "times of day"),
        ("Mon 09:00-12:00, 11:00-13:00", "overlap"),
        ("Mon-Foo 09:00-12:00", "names “Foo”"),
        ("Fri-Mon 09:00-12:00", "goes backwards"),
        ("Mon 09:00-12:00\nMon-Fri 13:00-17:00", "names Mon again"),
    ],
)
def test_a_line_that_is_not_hours_is_named(line: str, sentence: str) -> None:
    with pytest.raises(ClockError, match=sentence):
        hours.weekly_from(line)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("24.12.2026 09:00-12:00", "is not like that"),
        ("2026-02-30 closed", "not a day"),
        ("2026-12-24 closed\n2026-12-24 09:00-12:00", "stands twice"),
    ],
)
def test_a_line_that_is_not_a_special_day_is_named(lines: str, sentence: str) -> None:
    with pytest.raises(ClockError, match=sentence):
        hours.special_from(lines)


def test_holidays_are_copied_with_english_names() -> None:
    berlin = snapshot(country="DE", subdivision="BE", years=[2026])
    assert berlin["2026-03-08"] == "Women's Day"
    assert berlin["2026-10-03"] == "German Unity Day"
    assert "2026-03-08" not in snapshot(country="DE", subdivision="BY", years=[2026])
    assert snapshot(country="US", years=[2026, 2027])["2027-07-04"] == "Independence Day"


@pytest.mark.parametrize(
    ("country", "subdivision", "years", "sentence"),
    [
        ("XX", "", [2026], "“XX” is not a country"),
        ("DE", "TX", [2026], "has no part “TX”"),
        ("DE", "", [], "one to 20 years"),
        ("DE", "", range(2000, 2050), "one to 20 years"),
    ],
)
def test_holidays_of_nowhere_are_refused(
    country: str, subdivision: str, years: list[int], sentence: str
) -> None:
    with pytest.raises(NoHolidays, match=sentence):
        snapshot(country=country, subdivision=subdivision, years=years)
