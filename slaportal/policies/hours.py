"""Opening hours as people write them, one line a thing, and as the clock reads them. Pure.

Weekly: `Mon-Fri 09:00-12:00, 13:00-17:00`; special days: `2026-12-24 09:00-12:00` or `2026-12-24 closed`;
holidays: `2026-12-25 Christmas Day`. Hyphens and dashes are the same; days that are not named are closed.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby
from typing import Any, TypeVar

from slaportal.policies.clock import Calendar, ClockError, Window
from slaportal.policies.openings import WEEKDAYS

_DASHES = re.compile(r"\s*[-‐‑‒–—]\s*")
_DAYS = re.compile(r"(?P<days>[A-Za-z][A-Za-z\s,-]*?)\s*:?\s+(?P<hours>\d.*|closed)", re.IGNORECASE)
_DATED = re.compile(r"(?P<date>\d{4}-\d{2}-\d{2})\s+(?P<rest>.+)")
CLOSED = "closed"
T = TypeVar("T")


def weekly_from(text: str) -> dict[str, list[list[str]]]:
    """Return the weekly hours in `text` in the calendar's JSON form. Raises `ClockError` naming the line."""
    weekly: dict[str, list[list[str]]] = {}
    for line in _lines(text):
        found = _DAYS.fullmatch(_DASHES.sub("-", line))
        if found is None:
            raise ClockError(f"Write hours as “Mon-Fri 09:00-12:00, 13:00-17:00”; “{line}” is not like that.")
        for day in _weekdays(found["days"], line):
            if day in weekly:
                raise ClockError(f"Name each weekday once; “{line}” names {day.capitalize()} again.")
            weekly[day] = _windows(found["hours"], line)
    return {day: weekly[day] for day in WEEKDAYS if weekly.get(day)}


def special_from(text: str) -> dict[str, list[list[str]]]:
    """Return the special days in `text`: date → windows, none for a closed day. Raises `ClockError`."""
    return _dated(text, _windows, "Write special days as “2026-12-24 09:00-12:00” or “2026-12-24 closed”")


def holidays_from(text: str) -> dict[str, str]:
    """Return the holidays in `text`: date → name. Raises `ClockError`."""
    return _dated(text, lambda name, line: name, "Write holidays as “2026-12-25 Christmas Day”")


def weekly_text(calendar: Calendar) -> str:
    """Return the weekly hours as `weekly_from` reads them, equal neighbors on one line."""
    lines = []
    for windows, days in groupby(zip(WEEKDAYS, calendar.weekly, strict=True), key=lambda item: item[1]):
        names = [day.capitalize() for day, _ in days]
        if windows:
            lines.append(
                f"{names[0] if len(names) == 1 else f'{names[0]}–{names[-1]}'} {windows_text(windows)}"
            )
    return "\n".join(lines)


def special_text(calendar: Calendar) -> str:
    """Return the special days as `special_from` reads them, in time order."""
    return "\n".join(f"{day} {windows_text(windows)}" for day, windows in sorted(calendar.special.items()))


def holidays_text(calendar: Calendar) -> str:
    """Return the holidays as `holidays_from` reads them, in time order."""
    return "\n".join(f"{day} {name}" for day, name in sorted(calendar.holidays.items()))


def windows_text(windows: tuple[Window, ...]) -> str:
    """Return windows as one reads them, such as “09:00–12:00, 13:00–17:00”, or “closed”."""
    return ", ".join(f"{_time(window.opens)}–{_time(window.closes)}" for window in windows) or CLOSED


def to_data(calendar: Calendar) -> dict[str, Any]:
    """Return `calendar` in its JSON form, the same for equal calendars: the inverse of `Calendar.parse`."""
    return {
        "timezone": calendar.timezone,
        "weekly": {
            day: _window_data(windows)
            for day, windows in zip(WEEKDAYS, calendar.weekly, strict=True)
            if windows
        },
        "holidays": {day.isoformat(): name for day, name in sorted(calendar.holidays.items())},
        "special": {
            day.isoformat(): _window_data(windows) for day, windows in sorted(calendar.special.items())
        },
    }


def _window_data(windows: tuple[Window, ...]) -> list[list[str]]:
    return [[_time(window.opens), _time(window.closes)] for window in windows]


def _time(seconds: int) -> str:
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


def _weekdays(text: str, line: str) -> Iterator[str]:
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        begin = _weekday(first, line)
        end = _weekday(last, line) if last else begin
        if end < begin:
            raise ClockError(f"Name weekdays from Monday to Sunday; “{line}” goes backwards.")
        yield from WEEKDAYS[begin : end + 1]


def _weekday(text: str, line: str) -> int:
    name = text.strip().lower()
    known = [number for number, day in enumerate(WEEKDAYS) if len(name) >= 3 and _FULL[day].startswith(name)]
    if not known:
        raise ClockError(f"Name weekdays Mon, Tue, Wed, Thu, Fri, Sat, Sun; “{line}” names “{text.strip()}”.")
    return known[0]


_FULL = {
    "mon": "monday",
    "tue": "tuesday",
    "wed": "wednesday",
    "thu": "thursday",
    "fri": "friday",
    "sat": "saturday",
    "sun": "sunday",
}


def _windows(text: str, line: str) -> list[list[str]]:
    if text.strip().lower() == CLOSED:
        return []
    windows = []
    for part in _DASHES.sub("-", text).split(","):
        opens, dash, closes = part.strip().partition("-")
        if not dash:
            raise ClockError(f"Write windows as 09:00-17:00; “{part.strip()}” in “{line}” is not one.")
        windows.append([opens, closes])
    Calendar.parse(
        {"timezone": "UTC", "weekly": {"mon": windows}}
    )  # the clock's own sentence for what is wrong
    return windows


def _dated(text: str, read: Callable[[str, str], T], advice: str) -> dict[str, T]:
    found: dict[str, T] = {}
    for line in _lines(text):
        match = _DATED.fullmatch(line)
        if match is None:
            raise ClockError(f"{advice}; “{line}” is not like that.")
        try:
            date.fromisoformat(match["date"])
        except ValueError:
            raise ClockError(f"“{match['date']}” is not a day of the calendar.") from None
        if match["date"] in found:
            raise ClockError(f"Name each day once; {match['date']} stands twice.")
        found[match["date"]] = read(match["rest"].strip(), line)
    return found
