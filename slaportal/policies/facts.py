"""What can happen to an obligation, in the order in which it holds (spec §2, §3, §5).

Pure: the standard library and the clock's own types. `reckoning` makes a verdict of these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from slaportal.policies.clock import Bound, Calendar, Unit


@dataclass(frozen=True, slots=True)
class Rule:
    """One target: this much of this unit in this calendar, `before` or `within`."""

    amount: Decimal
    unit: Unit
    bound: Bound
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Governs:
    """From `at` on the obligation is judged by `level`."""

    at: datetime
    level: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """What was promised was done: the first response, or the resolution."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Restarted:
    """The client rejected the resolution: the same clock goes on and the gap is not charged (spec §4)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """An agreed pause `key` began, ended or was struck out after a contest."""

    at: datetime
    key: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Resumed:
    """Pause `key` ended."""

    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Voided:
    """Pause `key` was contested and struck out: its time counts after all."""

    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The issue was withdrawn or is a duplicate: what is undecided is not counted."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Excepted:
    """An exception took effect; it changes the adjusted figure only (spec §5).

    `until`: the new date. `window`: the time `[from, to)` that a standing exception `key` takes out instead.
    """

    at: datetime
    effect: str
    until: datetime | None = None
    window: tuple[datetime, datetime] | None = None
    key: str = ""

    def waives(self, due: datetime | None) -> bool:
        """Whether what was due at `due` counts on neither side: always, or where that lies in the window."""
        here = self.window is None or (due is not None and self.window[0] <= due < self.window[1])
        return self.effect == "waived" and here


@dataclass(frozen=True, slots=True)
class Amended:
    """Both parties put other terms in force for what is open (spec §1); `rules` has one `Rule` per level."""

    at: datetime
    rules: Mapping[str, Rule]


Fact = Amended | Governs | Stopped | Restarted | Paused | Resumed | Voided | Ended | Excepted
