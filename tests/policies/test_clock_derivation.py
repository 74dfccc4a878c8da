"""How a due instant came about: the spans of a derivation, and what follows a change of its inputs (spec §2)."""

import pickle
from datetime import date, datetime
from fractions import Fraction

import pytest

from slaportal.policies.clock import Calendar, Pause, Span, Unit, derive

WORKDAYS = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = Calendar.parse({"timezone": "UTC", "weekly": WORKDAYS})
CHRISTMAS = Calendar.parse(
    {
        "timezone": "Europe/Berlin",
        "weekly": WORKDAYS,
        "holidays": {"2026-12-25": "Christmas Day", "2026-12-26": "Boxing Day", "2027-01-01": "New Year"},
        "special": {"2026-12-24": [["09:00", "12:00"]], "2026-12-26": [["10:00", "11:00"]]},
    }
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def spans(
    start: str,
    end: str,
    unit: str = "business_hours",
    hours: Calendar = OFFICE,
    pauses: list[Pause] | None = None,
) -> list[Span]:
    return derive(start=at(start), end=at(end), unit=Unit(unit), calendar=hours, pauses=pauses or [])


def told(found: list[Span]) -> list[str]:
    """Each span as ``start end kind label amount total``, without seconds."""
    return [
        " ".join(
            f"{span.start:%d.%H:%M} {span.end:%d.%H:%M} {span.kind} {span.label} {span.amount} {span.total}".split()
        )
        for span in found
    ]


def test_a_weekend_is_one_closed_span_and_each_window_a_counted_one() -> None:
    assert told(spans("2026-11-26T16:00Z", "2026-11-30T10:00Z")) == [
        "26.16:00 26.17:00 counted 1 1",
        "26.17:00 27.09:00 closed 0 1",
        "27.09:00 27.17:00 counted 8 9",
        "27.17:00 30.09:00 closed 0 9",
        "30.09:00 30.10:00 counted 1 10",
    ]


def test_holidays_are_named_on_their_local_date_and_may_have_hours() -> None:
    assert told(spans("2026-12-24T10:00Z", "2026-12-28T08:00Z", "business_days", CHRISTMAS)) == [
        "24.10:00 24.11:00 counted 1/3 1/3",
        "24.11:00 24.23:00 closed 0 1/3",
        "24.23:00 25.23:00 holiday Christmas Day 0 1/3",
        "25.23:00 26.09:00 holiday Boxing Day 0 1/3",
        "26.09:00 26.10:00 counted 1 4/3",
        "26.10:00 26.23:00 holiday Boxing Day 0 4/3",
        "26.23:00 28.08:00 closed 0 4/3",
    ]


def test_pauses_stand_out_of_what_they_cover() -> None:
    pauses = [
        Pause(at("2026-11-27T16:30Z"), at("2026-11-30T09:30Z"), "client: logs"),
        Pause(at("2026-11-27T16:45Z"), at("2026-11-30T10:00Z"), "client: access"),
        Pause(at("2026-11-20T00:00Z"), at("2026-11-27T15:00Z"), "before"),
    ]
    assert told(spans("2026-11-27T14:00Z", "2026-11-30T11:00Z", pauses=pauses)) == [
        "27.14:00 27.15:00 paused before 0 0",
        "27.15:00 27.16:30 counted 3/2 3/2",
        "27.16:30 30.09:30 paused client: logs 0 3/2",
        "30.09:30 30.10:00 paused client: access 0 3/2",
        "30.10:00 30.11:00 counted 1 5/2",
    ]


def test_touching_pauses_of_one_label_are_one_span_and_an_open_one_lasts() -> None:
    pauses = [
        Pause(at("2026-11-27T15:00Z"), at("2026-11-27T15:30Z"), "client"),
        Pause(at("2026-11-27T15:30Z"), None, "client"),
        Pause(at("2026-11-27T14:30Z"), at("2026-11-27T14:30Z"), "nothing"),
    ]
    assert told(spans("2026-11-27T14:00Z", "2026-11-27T16:00Z", pauses=pauses)) == [
        "27.14:00 27.15:00 counted 1 1",
        "27.15:00 27.16:00 paused client 0 1",
    ]


def test_elapsed_units_are_one_counted_span_between_pauses() -> None:
    pauses = [Pause(at("2026-11-28T00:00Z"), at("2026-11-28T12:00Z"), "client")]
    assert told(spans("2026-11-27T12:00Z", "2026-11-29T00:00Z", "days", CHRISTMAS, pauses)) == [
        "27.12:00 28.00:00 counted 1/2 1/2",
        "28.00:00 28.12:00 paused client 0 1/2",
        "28.12:00 29.00:00 counted 1/2 1",
    ]


def test_nothing_has_no_spans() -> None:
    assert spans("2026-11-27T12:00Z", "2026-11-27T12:00Z") == []


def test_years_of_spans_join_without_a_gap() -> None:
    found = spans("2024-01-01T00:00Z", "2028-01-01T00:00Z", "business_days", CHRISTMAS)
    assert [one.end for one in found[:-1]] == [one.start for one in found[1:]]
    assert sum((one.amount for one in found), Fraction(0)) == found[-1].total
    assert all(one.amount == 1 for one in found if one.kind == "counted")


@pytest.mark.parametrize("calendar", [OFFICE, CHRISTMAS, Calendar.always("Asia/Kathmandu")])
def test_calendars_are_values(calendar: Calendar) -> None:
    same = pickle.loads(pickle.dumps(calendar))
    assert same == calendar
    assert hash(same) == hash(calendar)
    assert len({same, calendar}) == 1


def test_calendars_of_other_content_differ() -> None:
    other = Calendar.parse({"timezone": "UTC", "weekly": WORKDAYS, "holidays": ["2026-12-25"]})
    assert other != OFFICE
    assert other != Calendar.parse(
        {"timezone": "UTC", "weekly": WORKDAYS, "holidays": {"2026-12-25": "Name"}}
    )


def test_a_calendar_does_not_change_with_the_dict_it_was_made_from() -> None:
    holidays = {date(2026, 12, 25): "Christmas Day"}
    calendar = Calendar(timezone="UTC", weekly=OFFICE.weekly, holidays=holidays)
    holidays.clear()
    assert calendar.holidays == {date(2026, 12, 25): "Christmas Day"}
