"""Counting obligations for a period, by the rules that are printed with every report (spec §6). Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from slaportal.lib.statistics import wilson

LEVELS = ("critical", "high", "medium", "low")
METRICS = ("response", "resolution")
MET, BREACHED, NOT_COUNTED = "met", "breached", "not_counted"
FEW = 5  # Under so many decided a percentage says more than is known.


@dataclass(frozen=True, slots=True)
class Counted:
    """One obligation as the counting rules see it. `level` is the one in force at the decision.

    `outcome` is met, breached or not_counted, empty while undecided; `adjusted` is the outcome after exceptions.
    """

    level: str
    metric: str
    started_at: datetime
    decided_at: datetime | None
    outcome: str
    adjusted: str


@dataclass(slots=True)
class Score:
    """How many were met and how many breached."""

    met: int = 0
    breached: int = 0

    @property
    def decided(self) -> int:
        """How many count."""
        return self.met + self.breached

    @property
    def share(self) -> float | None:
        """Adherence from 0 to 1; None where nothing was decided, which is never 100 %."""
        return self.met / self.decided if self.decided else None

    def interval(self) -> tuple[float, float] | None:
        """Return the Wilson 95 % interval of the share; None under five decided."""
        return wilson(self.met, self.decided) if self.decided >= FEW else None

    def take(self, outcome: str) -> None:
        """Count one outcome; what is neither met nor breached counts on neither side."""
        self.met += outcome == MET
        self.breached += outcome == BREACHED

    def words(self) -> str:
        """Return the score as one reads it: fraction, percent and interval as far as the number allows."""
        if self.share is None:
            return "none decided"
        fraction = f"{self.met}/{self.decided}"
        interval = self.interval()
        if interval is None:
            return fraction
        low, high = (f"{100 * end:.0f}" for end in interval)
        return f"{fraction} = {100 * self.share:.1f} % ({low}–{high})"


@dataclass(slots=True)
class Row:
    """One level and metric in one period; strict and adjusted stand on one line, always."""

    level: str
    metric: str
    strict: Score = field(default_factory=Score)
    adjusted: Score = field(default_factory=Score)
    undecided: int = 0
    not_counted: int = 0

    def data(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "level": self.level,
            "metric": self.metric,
            "strict": {"met": self.strict.met, "breached": self.strict.breached},
            "adjusted": {"met": self.adjusted.met, "breached": self.adjusted.breached},
            "undecided": self.undecided,
            "not_counted": self.not_counted,
        }


class Tally:
    """Counts one obligation after the other for `[begins, ends)`, so that a million need no more room than one."""

    def __init__(self, *, begins: datetime, ends: datetime) -> None:
        """Begin with eight empty rows."""
        self.begins, self.ends = begins, ends
        self._rows = {(level, metric): Row(level, metric) for level in LEVELS for metric in METRICS}

    @property
    def rows(self) -> list[Row]:
        """The eight rows, Critical first, response before resolution."""
        return list(self._rows.values())

    def take(self, one: Counted) -> None:
        """Count `one` if it belongs to the period; see `count`."""
        row = self._rows[one.level, one.metric]
        if is_undecided(one, at=self.ends):
            row.undecided += 1
        elif one.decided_at is not None and self.begins <= one.decided_at < self.ends:
            row.not_counted += one.outcome == NOT_COUNTED
            row.strict.take(one.outcome)
            row.adjusted.take(one.adjusted)


def count(obligations: Iterable[Counted], *, begins: datetime, ends: datetime) -> list[Row]:
    """Return eight rows for `[begins, ends)`, Critical first, response before resolution.

    An obligation is decided once, met at its stop or breached at its due instant, and belongs to the period that
    holds that instant: so an open breach counts when it happens. Undecided is what began before the end of the
    period and was not decided by then. The adjusted score counts the same obligations after their exceptions.
    """
    tally = Tally(begins=begins, ends=ends)
    for one in obligations:
        tally.take(one)
    return tally.rows


def is_undecided(one: Counted, *, at: datetime) -> bool:
    """Whether it had begun before `at` and was not decided by then."""
    return one.started_at < at and (one.decided_at is None or one.decided_at >= at)


def shares(rows: Iterable[Row]) -> Iterator[str]:
    """Yield one line of words per row, as a report prints it."""
    for row in rows:
        yield (
            f"{row.level.capitalize():<9} {row.metric:<11} {row.strict.words():<26} {row.adjusted.words():<26} "
            f"{row.undecided:>9} {row.not_counted:>11}"
        )
