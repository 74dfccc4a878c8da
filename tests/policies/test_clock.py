"""The clock against instants computed by hand (spec §2). Dates of 2026: November 23 is a Monday."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from slaportal.policies.clock import (
    Bound,
    Calendar,
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

MICROSECOND = timedelta(microseconds=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Hours = list[list[str]]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def calendar(zone: str, days: Mapping[str, Hours], **more: object) -> Calendar:
    return Calendar.parse({"timezone": zone, "weekly": days, **more})


def office(zone: str = "Europe/Berlin", *windows: list[str], **more: object) -> Calendar:
    return calendar(zone, dict.fromkeys(DAYS[:5], list(windows) or [["09:00", "17:00"]]), **more)


def sundays(zone: str, *windows: list[str]) -> Calendar:
    return calendar(zone, {"sun": list(windows)})


BERLIN = office()
LUNCH = office("Europe/Berlin", ["09:00", "12:00"], ["13:00", "17:00"])
UTC_OFFICE = office("UTC")
EVENINGS = calendar("UTC", {day: [["22:00", "24:00"]] for day in DAYS})
CHRISTMAS = office(holidays={"2026-12-25": "Christmas Day"}, special={"2026-12-24": [["09:00", "12:00"]]})
OPEN_HOLIDAY = office(holidays=["2026-12-25"], special={"2026-12-25": [["10:00", "14:00"]], "2026-12-28": []})
ROUND_BERLIN = Calendar.always("Europe/Berlin")
NUUK = calendar("America/Nuuk", {"sat": [["22:00", "23:30"]], "sun": [["00:00", "02:00"]]})
ALWAYS = Calendar.always()

CALENDARS = {
    "berlin": BERLIN,
    "lunch": LUNCH,
    "utc": UTC_OFFICE,
    "evenings": EVENINGS,
    "christmas": CHRISTMAS,
    "openholiday": OPEN_HOLIDAY,
    "berlin24": ROUND_BERLIN,
    "nuuk": NUUK,
    "always": ALWAYS,
}
# calendar, start, amount and unit, due instant, what it shows
DUE = """
berlin      2026-11-27T17:00+01:00         24 hours            2026-11-28T16:00Z           elapsed hours run through the night
berlin      2026-11-28T03:00Z              90 minutes          2026-11-28T04:30Z           elapsed minutes ignore hours
berlin      2026-03-28T12:00+01:00          1 days             2026-03-29T13:00+02:00      a day is 24 h in spring
berlin      2026-10-24T12:00+02:00          1 days             2026-10-25T11:00+01:00      a day is 24 h in autumn
always      2028-02-28T12:00Z               1 days             2028-02-29T12:00Z           a day before leap day
always      2028-01-01T00:00Z             366 days             2029-01-01T00:00Z           a leap year has 366 days
utc         2028-02-28T17:00Z               1 business_days    2028-02-29T17:00Z           leap day is a business day
berlin      2026-11-23T10:00+01:00          6 business_hours   2026-11-23T16:00+01:00      within one day
berlin      2026-11-27T15:00+01:00          6 business_hours   2026-11-30T13:00+01:00      over a weekend
berlin      2026-11-27T09:00+01:00          8 business_hours   2026-11-27T17:00+01:00      due at closing
berlin      2026-11-27T09:00+01:00          1 business_days    2026-11-27T17:00+01:00      a day is due at closing
berlin      2026-11-22T12:00Z               5 business_days    2026-11-27T17:00+01:00      five days end on Friday
berlin      2026-11-28T12:00Z               1 business_hours   2026-11-30T10:00+01:00      started on Saturday
berlin      2026-11-27T17:00+01:00          1 business_hours   2026-11-30T10:00+01:00      started at closing
berlin      2026-11-27T04:00Z              30 business_minutes 2026-11-27T09:30+01:00      started before opening
berlin      2026-11-28T12:00Z               1 business_days    2026-11-30T17:00+01:00      a whole day from Saturday
lunch       2026-11-23T11:00+01:00          2 business_hours   2026-11-23T14:00+01:00      over lunch
lunch       2026-11-23T09:00+01:00          3 business_hours   2026-11-23T12:00+01:00      due when lunch begins
lunch       2026-11-23T09:00+01:00        0.5 business_days    2026-11-23T13:30+01:00      half of a day with lunch
evenings    2026-11-23T22:00Z               2 business_hours   2026-11-24T00:00Z           24:00 is the next midnight
evenings    2026-11-23T22:00Z               3 business_hours   2026-11-24T23:00Z           after 24:00 comes 22:00
christmas   2026-12-18T10:00+01:00         10 business_days    2027-01-04T09:00Z           ten days over Christmas
christmas   2026-12-23T13:00+01:00          1 business_days    2026-12-24T10:30+01:00      half a half day
christmas   2026-12-24T09:00+01:00          1 business_days    2026-12-24T12:00+01:00      a half day is a whole one
christmas   2026-12-24T10:00+01:00          3 business_hours   2026-12-28T10:00+01:00      hours of a half day
openholiday 2026-12-24T17:00+01:00          1 business_days    2026-12-25T13:00Z           special hours on a holiday
openholiday 2026-12-25T14:00+01:00          1 business_days    2026-12-29T16:00Z           an empty special day
always      2026-11-23T00:00Z           10080 business_minutes 2026-11-30T00:00Z           a week round the clock
berlin24    2026-03-28T23:00Z               1 business_days    2026-03-29T22:00Z           the 23 hours of spring
berlin24    2026-03-28T23:00Z             0.5 business_days    2026-03-29T10:30Z           half of 23 hours
berlin24    2026-10-24T22:00Z               1 business_days    2026-10-25T23:00Z           the 25 hours of autumn
berlin24    2026-03-22T23:00Z           10020 business_minutes 2026-03-29T22:00Z           spring week in minutes
berlin24    2026-10-18T22:00Z           10140 business_minutes 2026-10-25T23:00Z           autumn week in minutes
nuuk        2026-03-29T00:00Z               1 business_days    2026-03-29T01:30Z           Nuuk: Saturday's hours
nuuk        2026-03-29T00:00Z             1.5 business_days    2026-03-29T02:15Z           Nuuk: Sunday has the rest
nuuk        2026-03-29T00:00Z               3 business_hours   2026-03-29T03:00Z           Nuuk: no hour twice
always      2026-11-23T00:00Z      0.00000001 minutes          2026-11-23T00:00:00.000001Z less than a microsecond
berlin      2026-11-23T09:00+01:00         90 business_days    2027-03-26T17:00+01:00      90 business days
"""
ROWS = [line.split(maxsplit=5) for line in DUE.strip().splitlines()]


@pytest.mark.parametrize(("name", "start", "amount", "unit", "due", "_"), ROWS, ids=[row[5] for row in ROWS])
def test_the_due_instant_is_the_first_at_which_the_budget_is_spent(
    name: str, start: str, amount: str, unit: str, due: str, _: str
) -> None:
    hours = CALENDARS[name]
    budget = Decimal(amount)
    found = deadline(start=at(start), amount=budget, unit=Unit(unit), calendar=hours)
    assert found == at(due)
    assert found.tzinfo is UTC
    assert elapsed(start=at(start), end=found, unit=Unit(unit), calendar=hours) >= Fraction(budget)
    assert elapsed(start=at(start), end=found - MICROSECOND, unit=Unit(unit), calendar=hours) < Fraction(
        budget
    )


# windows of Sundays around the two clock changes: zone, windows, a Sunday's opening instants in UTC
CHANGES = [
    ("Berlin, over the gap", "Europe/Berlin", [["01:00", "04:00"]], "2026-03-29", [("00:00", "02:00")]),
    ("Berlin, inside the gap", "Europe/Berlin", [["02:15", "02:45"]], "2026-03-29", [("01:15", "01:45")]),
    ("Berlin, into the gap", "Europe/Berlin", [["01:30", "02:30"]], "2026-03-29", [("00:30", "01:30")]),
    ("Berlin, backwards out of the gap", "Europe/Berlin", [["02:30", "03:15"]], "2026-03-29", []),
    (
        "Berlin, pushed over the next",
        "Europe/Berlin",
        [["02:00", "02:45"], ["03:15", "04:00"]],
        "2026-03-29",
        [("01:00", "02:00")],
    ),
    (
        "Berlin, over the hour that comes twice",
        "Europe/Berlin",
        [["02:00", "04:00"]],
        "2026-10-25",
        [("00:00", "03:00")],
    ),
    ("Berlin, ends in it", "Europe/Berlin", [["02:00", "02:30"]], "2026-10-25", [("00:00", "00:30")]),
    ("Berlin, begins in it", "Europe/Berlin", [["02:30", "03:30"]], "2026-10-25", [("00:30", "02:30")]),
    ("New York, spring", "America/New_York", [["00:00", "06:00"]], "2026-03-08", [("05:00", "10:00")]),
    ("New York, autumn", "America/New_York", [["00:00", "06:00"]], "2026-11-01", [("04:00", "11:00")]),
    ("New York, inside the gap", "America/New_York", [["02:30", "03:00"]], "2026-03-08", []),
]


def opened(hours: Calendar, first: datetime, last: datetime) -> list[tuple[datetime, datetime]]:
    spans = derive(start=first, end=last, unit=Unit.BUSINESS_HOURS, calendar=hours)
    return [(span.start, span.end) for span in spans if span.kind == "counted"]


@pytest.mark.parametrize(
    ("zone", "windows", "day", "expected"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_clock_changes_move_the_edges_of_windows_by_the_rule(
    zone: str, windows: Hours, day: str, expected: list[tuple[str, str]]
) -> None:
    found = opened(sundays(zone, *windows), at(f"{day}T00:00Z"), at(f"{day}T12:00Z"))
    assert found == [(at(f"{day}T{a}Z"), at(f"{day}T{b}Z")) for a, b in expected]


@pytest.mark.parametrize(
    ("zone", "window", "opens", "closes"),
    [
        ("Australia/Lord_Howe", ["01:00", "05:00"], "2026-10-03T14:30Z", "2026-10-03T18:00Z"),
        ("Australia/Lord_Howe", ["01:00", "05:00"], "2026-04-04T14:00Z", "2026-04-04T18:30Z"),
        ("Australia/Lord_Howe", ["02:10", "02:20"], "2026-10-03T15:40Z", "2026-10-03T15:50Z"),
        ("America/Havana", ["00:00", "00:30"], "2026-03-08T05:00Z", "2026-03-08T05:30Z"),
        ("America/Havana", ["00:00", "00:30"], "2026-11-01T04:00Z", "2026-11-01T04:30Z"),
        ("America/Santiago", ["00:00", "02:00"], "2026-09-06T04:00Z", "2026-09-06T05:00Z"),
        ("America/Havana", ["00:00", "24:00"], "2026-03-08T05:00Z", "2026-03-09T04:00Z"),
        ("America/Santiago", ["00:00", "24:00"], "2026-09-06T04:00Z", "2026-09-07T03:00Z"),
        ("Asia/Beirut", ["00:00", "03:00"], "2026-03-28T22:00Z", "2026-03-29T00:00Z"),
        ("Pacific/Kiritimati", ["00:00", "24:00"], "2026-11-21T10:00Z", "2026-11-22T10:00Z"),
        ("Pacific/Pago_Pago", ["00:00", "24:00"], "2026-11-22T11:00Z", "2026-11-23T11:00Z"),
    ],
)
def test_a_sunday_begins_where_its_zone_says(zone: str, window: list[str], opens: str, closes: str) -> None:
    hours = sundays(zone, window)
    assert next_opening(instant=at(opens) - timedelta(days=2), calendar=hours) == at(opens)
    assert opened(hours, at(opens) - timedelta(days=2), at(closes) + timedelta(days=2)) == [
        (at(opens), at(closes))
    ]


def test_a_saturday_whose_last_hour_comes_twice_is_longer() -> None:
    saturday = calendar("Asia/Beirut", {"sat": [["00:00", "24:00"]]})
    spans = opened(saturday, at("2026-10-23T00:00Z"), at("2026-10-26T00:00Z"))
    assert spans == [(at("2026-10-23T21:00Z"), at("2026-10-24T22:00Z"))]


def test_a_start_in_the_hour_that_comes_twice_is_the_instant_it_says() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1))
    assert deadline(start=first, amount=1, unit=Unit.HOURS, calendar=ALWAYS) == at("2026-10-25T01:30Z")
    assert deadline(start=second, amount=1, unit=Unit.HOURS, calendar=ALWAYS) == at("2026-10-25T02:30Z")


def test_a_due_instant_between_microseconds_is_the_later_one() -> None:
    start = at("2026-11-23T09:00Z")
    due = deadline(start=start, amount=Fraction(1, 7), unit=Unit.BUSINESS_DAYS, calendar=UTC_OFFICE)
    assert due == start + timedelta(seconds=4_114, microseconds=285_715)  # 28 800 s / 7 = 4 114.285714285… s


def test_elapsed_reads_parts_exactly() -> None:
    start, end = at("2026-11-23T10:00Z"), at("2026-11-24T09:00:00.000001Z")
    assert elapsed(start=start, end=end, unit=Unit.BUSINESS_DAYS, calendar=UTC_OFFICE) == Fraction(
        7, 8
    ) + Fraction(1, 28_800_000_000)
    assert elapsed(start=start, end=end, unit=Unit.BUSINESS_HOURS, calendar=UTC_OFFICE) == 7 + Fraction(
        1, 3_600_000_000
    )
    assert elapsed(start=start, end=start, unit=Unit.BUSINESS_DAYS, calendar=UTC_OFFICE) == 0
    assert elapsed(start=start, end=end, unit=Unit.DAYS, calendar=UTC_OFFICE) == Fraction(23, 24) + Fraction(
        1, 86_400_000_000
    )


NINE = at("2026-11-23T09:00Z")  # a Monday, 8 hours before closing


def paused(*pauses: tuple[str, str | None], hours: int = 4, days: int = 0) -> datetime | None:
    """The due instant of four business hours from Monday 09:00 UTC, or of some days."""
    return deadline(
        start=NINE,
        amount=days or hours,
        unit=Unit.BUSINESS_DAYS if days else Unit.BUSINESS_HOURS,
        calendar=UTC_OFFICE,
        pauses=[Pause(at(start), None if end is None else at(end)) for start, end in pauses],
    )


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "2026-11-23T13:00Z"),
        ([("2026-11-23T10:00Z", "2026-11-23T11:00Z")], "2026-11-23T14:00Z"),
        ([("2026-11-20T10:00Z", "2026-11-23T08:00Z")], "2026-11-23T13:00Z"),  # before the start
        ([("2026-11-20T10:00Z", "2026-11-23T10:00Z")], "2026-11-23T14:00Z"),  # over the start
        (
            [("2026-11-23T12:00Z", "2026-11-24T09:30Z")],
            "2026-11-24T10:30Z",
        ),  # over the due instant and a night
        ([("2026-11-23T13:00Z", "2026-11-24T09:30Z")], "2026-11-23T13:00Z"),  # begins when all is spent
        ([("2026-11-23T15:00Z", None)], "2026-11-23T13:00Z"),  # after it
        ([("2026-11-23T13:00Z", None)], "2026-11-23T13:00Z"),
        ([("2026-11-23T12:59:59.999999Z", None)], None),
        ([("2026-11-20T00:00Z", None)], None),
        ([("2026-11-23T12:00Z", "2026-11-23T12:00Z")], "2026-11-23T13:00Z"),  # resumed at once
        # unsorted, overlapping, touching, one inside another: 10 to 13 in all
        (
            [
                ("2026-11-23T12:00Z", "2026-11-23T13:00Z"),
                ("2026-11-23T10:00Z", "2026-11-23T11:30Z"),
                ("2026-11-23T11:00Z", "2026-11-23T12:00Z"),
                ("2026-11-23T10:10Z", "2026-11-23T10:20Z"),
            ],
            "2026-11-23T16:00Z",
        ),
        ([("2026-11-23T10:00Z", None), ("2026-11-23T11:00Z", "2026-11-23T12:00Z")], None),
    ],
)
def test_pauses_cost_the_open_time_they_cover(pauses: list[tuple[str, str | None]], due: str | None) -> None:
    assert paused(*pauses) == (None if due is None else at(due))


def test_a_pause_over_a_weekend_costs_business_time_only() -> None:
    assert paused(("2026-11-27T16:00Z", "2026-11-30T10:00Z"), hours=40) == at("2026-11-30T11:00Z")


def test_a_budget_spent_at_closing_is_due_then_although_a_pause_begins_at_night() -> None:
    assert paused(("2026-11-23T20:00Z", None), hours=8) == at("2026-11-23T17:00Z")


def test_half_a_day_of_pause_costs_half_a_business_day() -> None:
    assert paused(("2026-11-23T13:00Z", "2026-11-24T09:00Z"), days=1) == at("2026-11-24T13:00Z")


def test_a_pause_of_an_elapsed_budget_costs_all_its_time() -> None:
    pauses = [Pause(at("2026-11-28T00:00Z"), at("2026-11-29T00:00Z"))]
    due = deadline(
        start=at("2026-11-27T12:00Z"), amount=24, unit=Unit.HOURS, calendar=UTC_OFFICE, pauses=pauses
    )
    assert due == at("2026-11-29T12:00Z")


@pytest.mark.parametrize(
    ("seconds", "bound", "late"),
    [
        (-1, "before", False),
        (0, "before", True),
        (1, "before", True),
        (-1, "within", False),
        (0, "within", False),
        (1, "within", True),
    ],
)
def test_before_is_late_at_the_due_instant_and_within_after_it(seconds: int, bound: str, late: bool) -> None:
    instant = (NINE + seconds * MICROSECOND).astimezone(timezone(timedelta(hours=5)))
    assert passed(instant=instant, due=NINE, bound=Bound(bound)) is late


def test_opening_hours_are_half_open() -> None:
    assert is_open(instant=at("2026-11-27T09:00+01:00"), calendar=BERLIN)
    assert is_open(instant=at("2026-11-27T17:00+01:00") - MICROSECOND, calendar=BERLIN)
    assert not is_open(instant=at("2026-11-27T17:00+01:00"), calendar=BERLIN)
    assert next_opening(instant=at("2026-11-27T16:59+01:00"), calendar=BERLIN) == at("2026-11-27T15:59Z")
    assert next_opening(instant=at("2026-11-27T17:00+01:00"), calendar=BERLIN) == at("2026-11-30T08:00Z")
    assert next_opening(instant=at("2026-12-24T12:00+01:00"), calendar=CHRISTMAS) == at("2026-12-28T08:00Z")


def test_windows_may_have_seconds() -> None:
    hours = calendar("UTC", {"mon": [["09:00:30", "09:00:45"]]})
    assert deadline(start=NINE, amount=Decimal("0.25"), unit=Unit.BUSINESS_MINUTES, calendar=hours) == at(
        "2026-11-23T09:00:45Z"
    )


def test_a_day_that_a_zone_left_out_is_no_day_of_its_own() -> None:
    apia = Calendar.always("Pacific/Apia")  # there was no 2011-12-30 in Apia
    assert (
        elapsed(
            start=at("2011-12-29T10:00Z"), end=at("2011-12-31T10:00Z"), unit=Unit.BUSINESS_DAYS, calendar=apia
        )
        == 2
    )


def test_far_years_are_found_without_walking_every_day() -> None:
    # 400 000 weeks of five days, from a Monday at 10:00 in Berlin.
    due = deadline(start=NINE, amount=2_000_000, unit=Unit.BUSINESS_DAYS, calendar=BERLIN)
    assert due == at("9693-01-12T10:00+01:00")
    last_week = elapsed(start=due - timedelta(days=7), end=due, unit=Unit.BUSINESS_DAYS, calendar=BERLIN)
    assert last_week == 5


def test_hours_pushed_behind_those_of_the_next_day_keep_their_day() -> None:
    # In Nuuk 23:00 to 24:00 of this Saturday is skipped: 23:15 is 01:15 UTC, Sunday 00:00 is 01:00 UTC.
    hours = calendar("America/Nuuk", {"sat": [["23:15", "23:45"]], "sun": [["00:00", "00:10"]]})
    start = at("2026-03-29T00:00Z")
    expected = [("01:00", "01:10"), ("01:15", "01:45")]
    assert opened(hours, start, at("2026-03-29T12:00Z")) == [
        (at(f"2026-03-29T{a}Z"), at(f"2026-03-29T{b}Z")) for a, b in expected
    ]
    assert deadline(start=start, amount=Decimal("1.5"), unit=Unit.BUSINESS_DAYS, calendar=hours) == at(
        "2026-03-29T01:30Z"
    )


def test_the_rest_of_a_day_shortened_by_its_neighbor_counts_by_what_is_its_own() -> None:
    # Sunday keeps 1.5 of its first 2 hours, and one in the evening, of which the last half is Monday in UTC.
    sunday = [["00:00", "02:00"], ["22:30", "23:30"]]
    hours = calendar("America/Nuuk", {"sat": [["22:00", "23:30"]], "sun": sunday})
    start, end = at("2026-03-30T00:00Z"), at("2026-03-30T12:00Z")
    assert elapsed(start=start, end=end, unit=Unit.BUSINESS_DAYS, calendar=hours) == Fraction(1, 5)
    assert derive(start=start, end=end, unit=Unit.BUSINESS_DAYS, calendar=hours)[-1].total == Fraction(1, 5)


@pytest.mark.parametrize(
    "zone", ["America/New_York", "Pacific/Pago_Pago", "Pacific/Auckland", "Pacific/Kiritimati"]
)
@pytest.mark.parametrize("window", [["20:00", "24:00"], ["04:00", "08:00"]])
def test_every_day_of_two_years_counts_in_zones_far_from_utc(zone: str, window: list[str]) -> None:
    hours = calendar(zone, {day: [window] for day in DAYS})
    noon = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo(zone))
    for days in (1, 20, 21, 22, 730):
        end = noon + timedelta(days=days)  # the same wall time, days later
        assert elapsed(start=noon, end=end, unit=Unit.BUSINESS_HOURS, calendar=hours) == 4 * days
        assert elapsed(start=noon, end=end, unit=Unit.BUSINESS_DAYS, calendar=hours) == days
        assert len(opened(hours, noon, end)) == days


def test_a_holiday_of_a_far_year_counts_too() -> None:
    strike = office("UTC", holidays=["3000-01-06"], special={"2900-01-01": []})
    start, end = at("3000-01-06T00:00Z"), at("3000-01-08T00:00Z")
    assert elapsed(start=start, end=end, unit=Unit.BUSINESS_DAYS, calendar=strike) == 1
    assert elapsed(start=start, end=end, unit=Unit.BUSINESS_DAYS, calendar=UTC_OFFICE) == 2


def test_a_date_has_its_special_hours_or_none_on_a_holiday_or_those_of_its_weekday() -> None:
    nine_to_five, short = (Window(9 * 3600, 17 * 3600),), (Window(10 * 3600, 14 * 3600),)
    assert OPEN_HOLIDAY.hours(date(2026, 12, 24)) == nine_to_five
    assert OPEN_HOLIDAY.hours(date(2026, 12, 25)) == short
    assert OPEN_HOLIDAY.hours(date(2026, 12, 28)) == ()
    assert CHRISTMAS.hours(date(2026, 12, 25)) == CHRISTMAS.hours(date(2026, 12, 26)) == ()
