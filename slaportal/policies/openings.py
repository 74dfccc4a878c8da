"""Opening hours: the value object of a business calendar and its JSON form.

Pure standard library (spec §1 and §2); ``slaportal.policies.clock`` exports these names again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo

SECOND = 1_000_000
DAY = 86_400 * SECOND
TEN_YEARS = 3_653  # days
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
OUT_OF_RANGE = "Give a smaller amount or another start: the instant is outside the years 1 to 9999."
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_KEYS = frozenset({"timezone", "weekly", "holidays", "special", "key", "name"})
# Names a zone directory may hold that are not places: they depend on the machine or count leap seconds.
_NO_ZONES = ("localtime", "posixrules", "Factory", "posix/", "right/")


class ClockError(ValueError):
    """A refusal of the clock; its text is a sentence that says what to do (spec §2)."""


def to_micros(instant: datetime, name: str) -> int:
    """UTC microseconds since 1970 of an aware instant; a naive one is refused under the given name."""
    if instant.utcoffset() is None:
        raise ClockError(f"Give {name} with its UTC offset or Z; {instant.isoformat()} has none.")
    since = instant - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def from_micros(micros: int) -> datetime:
    """The UTC instant of microseconds since 1970; beyond the years 1 to 9999 is refused."""
    try:
        return EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        raise ClockError(OUT_OF_RANGE) from None


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name; anything else raises ClockError naming it."""
    try:
        if not name or name.startswith(_NO_ZONES):
            raise ValueError(name)
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise ClockError(f"Use an IANA time zone such as Europe/Berlin; {name!r} is not one.") from None


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Opening hours ``[opens, closes)`` in seconds of the local day, 0 to 86400 (24:00)."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 86_400:
            raise ClockError(f"Let a window open before it closes, within 00:00 and 24:00; {self} does not.")

    def __str__(self) -> str:
        return "-".join(f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in (self.opens, self.closes))

    @classmethod
    def parse(cls, data: object) -> Self:
        """A window from ``["09:00", "17:00"]`` (seconds allowed, ``"24:00"`` ends a day)."""
        if not isinstance(data, list | tuple) or len(data) != 2:
            raise ClockError(f'Write a window as ["09:00", "17:00"]; {_short(data)} is not one.')
        return cls(_seconds(data[0]), _seconds(data[1]))


@dataclass(frozen=True)
class Calendar:
    """Business hours of one IANA zone: seven days of windows (Monday first), holidays by name, special days.

    A special day replaces the hours of its date, holiday or not; without windows it is closed.
    Windows are kept sorted. Calendars are values: equal content is equal and hashes alike.
    """

    timezone: str
    weekly: tuple[tuple[Window, ...], ...]
    holidays: Mapping[date, str] = field(default_factory=dict)
    special: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        zone_of(self.timezone)
        if len(self.weekly) != 7:
            raise ClockError(f"Give windows for seven weekdays, Monday first; there are {len(self.weekly)}.")
        weekly = tuple(_in_order(windows, name) for name, windows in zip(WEEKDAYS, self.weekly, strict=True))
        special = {day: _in_order(windows, day.isoformat()) for day, windows in self.special.items()}
        # Own copies: a caller's later change to its dict must not change a calendar that has been hashed.
        object.__setattr__(self, "weekly", weekly)
        object.__setattr__(self, "special", special)
        object.__setattr__(self, "holidays", dict(self.holidays))
        content = (self.timezone, weekly, frozenset(self.holidays.items()), frozenset(special.items()))
        object.__setattr__(self, "_hash", hash(content))

    def __hash__(self) -> int:
        return int(self.__dict__["_hash"])

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        # Text hashes differ between processes, so a pickle must carry the content only.
        return type(self), (self.timezone, self.weekly, self.holidays, self.special)

    @classmethod
    def parse(cls, data: Mapping[str, object]) -> Self:
        """A calendar from its JSON form (docs/clock.md); what is wrong raises ClockError.

        ``weekly`` maps mon…sun to lists of windows (a missing day is closed), ``holidays`` is a list of
        dates or ``{date: name}``, ``special`` is ``{date: windows}``.
        """
        if not isinstance(data, Mapping):
            raise ClockError(
                f"Write a calendar as an object with timezone and weekly; {_short(data)} is not one."
            )
        if unknown := [str(key) for key in data if key not in _KEYS]:
            raise ClockError(
                f"Leave {unknown[0]!r} out: a calendar has timezone, weekly, holidays and special."
            )
        zone, weekly = data.get("timezone"), data.get("weekly")
        holidays, special = ({} if data.get(key) is None else data[key] for key in ("holidays", "special"))
        if not isinstance(zone, str):
            raise ClockError("Name the calendar's timezone, for example Europe/Berlin.")
        if not isinstance(weekly, Mapping):
            raise ClockError('Give the calendar\'s weekly hours as {"mon": [["09:00", "17:00"]], …}.')
        if unknown := [str(day) for day in weekly if day not in WEEKDAYS]:
            raise ClockError(
                f"Name weekdays mon, tue, wed, thu, fri, sat, sun; {unknown[0]!r} is none of them."
            )
        if isinstance(holidays, list):
            holidays = dict.fromkeys(holidays, "") if all(isinstance(day, str) for day in holidays) else None
        if not isinstance(holidays, Mapping) or not isinstance(special, Mapping):
            raise ClockError(
                "Give holidays as a list of dates or {date: name}, special days as {date: windows}."
            )
        return cls(
            timezone=zone,
            weekly=tuple(_windows(weekly.get(day)) for day in WEEKDAYS),
            holidays={_date(day): _name(name) for day, name in holidays.items()},
            special={_date(day): _windows(windows) for day, windows in special.items()},
        )

    @classmethod
    def always(cls, timezone: str = "UTC") -> Self:
        """The calendar that never closes (24×7)."""
        return cls(timezone=timezone, weekly=((Window(0, 86_400),),) * 7)

    def hours(self, day: date) -> tuple[Window, ...]:
        """The windows of one local date: its special hours, else none on a holiday, else the weekday's."""
        if day in self.special:
            return self.special[day]
        return () if day in self.holidays else self.weekly[day.weekday()]

    def check(self, on: date) -> None:
        """Raise ClockError unless the calendar opens within ten years from that local date (spec §2, rule 8)."""
        zone, first = zone_of(self.timezone), on.toordinal()
        for ordinal in range(first, min(first + TEN_YEARS, date.max.toordinal() + 1)):
            if in_utc(zone, ordinal, self.hours(date.fromordinal(ordinal))):
                return
        raise ClockError(f"Give the calendar ({self.timezone}) open hours: none in the ten years after {on}.")


def in_utc(zone: ZoneInfo, ordinal: int, windows: Iterable[Window]) -> list[tuple[int, int]]:
    """The windows of one local date in UTC microseconds: empty ones dropped, intersecting ones united."""
    united: list[tuple[int, int]] = []
    for start, end in sorted((edge(zone, ordinal, w.opens), edge(zone, ordinal, w.closes)) for w in windows):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        elif start < end:
            united.append((start, end))
    return united


@lru_cache(maxsize=32_768)  # calendars share zones and hours: a thousand of them look the same edges up
def edge(zone: ZoneInfo, ordinal: int, second: int) -> int:
    """UTC microseconds of a local time of day; ``fold=0`` gives rule 5 of spec §2 for both clock changes."""
    local = (ordinal - EPOCH_DAY) * 86_400 + second
    if second == 86_400:
        ordinal, second = ordinal + 1, 0
    # Only the offset is looked up by date, so days outside the years 1 to 9999 may borrow the nearest one.
    day = date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))
    minute, second = divmod(second, 60)
    offset = datetime(day.year, day.month, day.day, minute // 60, minute % 60, second, 0, zone).utcoffset()
    assert offset is not None
    return (local - offset.days * 86_400 - offset.seconds) * SECOND


def _in_order(windows: Iterable[Window], day: str) -> tuple[Window, ...]:
    """The windows sorted; refuses two that overlap (touching is allowed)."""
    ordered = tuple(sorted(windows))
    for earlier, later in pairwise(ordered):
        if later.opens < earlier.closes:
            raise ClockError(f"Separate the windows of {day}: {earlier} and {later} overlap.")
    return ordered


def _windows(data: object) -> tuple[Window, ...]:
    if data is None:
        return ()
    if not isinstance(data, list | tuple):
        raise ClockError(
            f'Write a day\'s hours as a list of windows, [["09:00", "17:00"]]; {_short(data)} is not.'
        )
    return tuple(Window.parse(window) for window in data)


def _seconds(data: object) -> int:
    match = _TIME.fullmatch(data) if isinstance(data, str) else None
    if match is None:
        raise ClockError(f"Write times of day as HH:MM, 00:00 to 24:00; {_short(data)} is not one.")
    hour, minute, second = (int(part or 0) for part in match.groups())
    if minute > 59 or second > 59 or hour * 3600 + minute * 60 + second > 86_400:
        raise ClockError(f"Write times of day as HH:MM, 00:00 to 24:00; {_short(data)} is not one.")
    return hour * 3600 + minute * 60 + second


def _date(data: object) -> date:
    try:
        if not isinstance(data, str) or not _DATE.fullmatch(data):
            raise ValueError(data)
        return date.fromisoformat(data)
    except ValueError:
        raise ClockError(f"Write dates as YYYY-MM-DD; {_short(data)} is not one.") from None


def _name(data: object) -> str:
    if not isinstance(data, str):
        raise ClockError(f"Name a holiday with text; {_short(data)} is not.")
    return data


def _short(data: object) -> str:
    text = repr(data)
    return text if len(text) <= 60 else f"{text[:57]}…"
