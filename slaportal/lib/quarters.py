"""Calendar quarters in a zone, named as people write them: 2026-Q1. Pure."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

MONTHS = 3


def quarter_of(instant: datetime, zone: str) -> str:
    """Return the quarter that holds `instant` in `zone`."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local.year}-Q{(local.month - 1) // MONTHS + 1}"


def bounds(quarter: str, zone: str) -> tuple[datetime, datetime]:
    """Return the first instant of `quarter` in `zone` and the first one after it, in UTC."""
    year, number = int(quarter[:4]), int(quarter[-1])
    begins = datetime(year, (number - 1) * MONTHS + 1, 1, tzinfo=ZoneInfo(zone))
    later = (year, number * MONTHS + 1) if number < 4 else (year + 1, 1)
    return begins.astimezone(UTC), datetime(*later, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def before(quarter: str) -> str:
    """Return the quarter before `quarter`."""
    year, number = int(quarter[:4]), int(quarter[-1])
    return f"{year}-Q{number - 1}" if number > 1 else f"{year - 1}-Q4"
