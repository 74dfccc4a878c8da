"""Quarters of the year as people of one zone know them. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def quarter_before(instant: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the last quarter that was over at `instant` in `zone`, as UTC instants `[begins, ends)`."""
    day = instant.astimezone(ZoneInfo(zone)).date()
    ends = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return _midnight(_before(ends), zone), _midnight(ends, zone)


def quarter_after(ends: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the quarter that begins at `ends`."""
    day = ends.astimezone(ZoneInfo(zone)).date()
    later = date(day.year + (day.month == 10), (day.month + 2) % 12 + 1, 1)
    return ends, _midnight(later, zone)


def name_of(begins: datetime, zone: str) -> str:
    """Return the name of the quarter that begins then, such as "2026 Q3"."""
    day = begins.astimezone(ZoneInfo(zone)).date()
    return f"{day.year} Q{(day.month + 2) // 3}"


def _before(first: date) -> date:
    return date(first.year - (first.month == 1), (first.month + 8) % 12 + 1, 1)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
