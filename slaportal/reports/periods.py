"""The periods of reports: weeks from Monday and calendar months, in the agreement's zone. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from slaportal.reports.models import Cadence

LEVELS = {Cadence.WEEKLY: ("critical", "high"), Cadence.MONTHLY: ("medium", "low")}
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Period:
    """`[begins, ends)` in UTC: from one local midnight to another of `zone`."""

    cadence: Cadence
    first: date
    zone: str

    @property
    def after(self) -> date:
        """The first day after it."""
        if self.cadence == Cadence.WEEKLY:
            return self.first + timedelta(days=7)
        return (self.first + timedelta(days=32)).replace(day=1)

    @property
    def begins(self) -> datetime:
        """Its first instant."""
        return self._at(self.first, time())

    @property
    def ends(self) -> datetime:
        """The first instant after it."""
        return self._at(self.after, time())

    @property
    def issue_at(self) -> datetime:
        """When its report is issued by itself: at noon of the first day after it, a time that every day has once."""
        return self._at(self.after, NOON)

    @property
    def next(self) -> "Period":
        """The one that follows."""
        return Period(self.cadence, self.after, self.zone)

    @property
    def previous(self) -> "Period":
        """The one before."""
        return holding_day(self.cadence, self.first - timedelta(days=1), self.zone)

    def back(self, count: int) -> list["Period"]:
        """Return the last `count` periods that end with this one, the oldest first."""
        found = [self]
        while len(found) < count:
            found.insert(0, found[0].previous)
        return found

    def _at(self, day: date, clock: time) -> datetime:
        # Midnight that a change to summer time skips is the first instant of the day: fold 0 moves on by the gap.
        return datetime.combine(day, clock, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)


def holding_day(cadence: Cadence, day: date, zone: str) -> Period:
    """Return the period that holds a local day."""
    first = day - timedelta(days=day.weekday()) if cadence == Cadence.WEEKLY else day.replace(day=1)
    return Period(cadence, first, zone)


def holding(cadence: Cadence, at: datetime, zone: str) -> Period:
    """Return the period that holds an instant."""
    return holding_day(cadence, at.astimezone(ZoneInfo(zone)).date(), zone)


def ended(cadence: Cadence, zone: str, *, since: datetime, by: datetime) -> Iterator[Period]:
    """Yield the periods that ended by an instant, from the one that holds `since`."""
    period = holding(cadence, since, zone)
    while period.ends <= by:
        yield period
        period = period.next
