"""One obligation under the terms that held and under others, from the same facts (spec §7). Pure.

What people did stays as it was: when they answered, what they agreed, when they delivered. Only the terms differ:
amounts, units, bounds, calendars, and for whom waiting stops the clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from slaportal.issues.counting import LEVELS, METRICS, Counted, Row, Tally, is_undecided
from slaportal.policies import clock
from slaportal.policies.clock import Calendar, Unit
from slaportal.policies.facts import Fact, Governs, Rule
from slaportal.policies.reckoning import Reckoning, reckon


@dataclass(frozen=True, slots=True)
class Terms:
    """What one obligation is judged by: level → rule, and its facts as these terms read them."""

    rules: Mapping[str, Rule]
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Case:
    """One obligation with both sets of terms; `hours` are the hours of support in which people work."""

    reference: str
    metric: str
    started_at: datetime
    before: Terms
    after: Terms
    hours: Calendar


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a case was and would have been; instants are None where a pause leaves none."""

    case: Case
    before: Reckoning
    after: Reckoning

    @property
    def moves(self) -> bool:
        """Whether the due instant differs."""
        return self.before.due != self.after.due

    @property
    def changes_outcome(self) -> bool:
        """Whether the strict or the adjusted outcome differs, or the instant at which it was decided."""
        return _result(self.before) != _result(self.after)

    @property
    def differs(self) -> bool:
        """Whether anything differs."""
        return self.moves or self.changes_outcome


def replay(case: Case, *, now: datetime) -> Replayed:
    """Reckon `case` under both sets of terms as far as it is known at `now`."""
    return Replayed(case, *(_reckon(case, terms, now) for terms in (case.before, case.after)))


def _reckon(case: Case, terms: Terms, now: datetime) -> Reckoning:
    return reckon(rules=terms.rules, start=case.started_at, facts=terms.facts, now=now)


def _result(one: Reckoning) -> tuple[object, ...]:
    # A breach that only moves is told by its due instant; a met obligation is decided when it stops.
    return (one.outcome, one.adjusted_outcome)


@dataclass(slots=True)
class Staffing:
    """Hours of support touched: open time of the calendars between the old and the new due instants.

    `earlier` is time that people would no longer have, `later` time that they would gain. `outside_before` and
    `outside_after` count the due instants that lie where nobody works.
    """

    earlier: timedelta = timedelta()
    later: timedelta = timedelta()
    moved_earlier: int = 0
    moved_later: int = 0
    outside_before: int = 0
    outside_after: int = 0

    def take(self, one: Replayed) -> None:
        """Add one obligation."""
        old, new = one.before.due, one.after.due
        hours = one.case.hours
        self.outside_before += old is not None and _outside(old, hours)
        self.outside_after += new is not None and _outside(new, hours)
        if old is None or new is None or old == new:
            return
        if new < old:
            self.moved_earlier += 1
            self.earlier += _open_time(new, old, hours)
        else:
            self.moved_later += 1
            self.later += _open_time(old, new, hours)


def _outside(instant: datetime, hours: Calendar) -> bool:
    # Closing time still belongs to the day on which it is reached.
    just_before = instant - timedelta(microseconds=1)
    return not (
        clock.is_open(instant=instant, calendar=hours) or clock.is_open(instant=just_before, calendar=hours)
    )


def _open_time(start: datetime, end: datetime, hours: Calendar) -> timedelta:
    spent: Fraction = clock.elapsed(start=start, end=end, unit=Unit.BUSINESS_MINUTES, calendar=hours)
    return timedelta(minutes=float(spent))


@dataclass(slots=True)
class Line:
    """One level and metric in the period: counted before and after, what moves, and the staffing it touches."""

    before: Row
    after: Row
    staffing: Staffing
    obligations: int = 0
    outcomes: int = 0


@dataclass
class Comparison:
    """Both counts of a period, built up one obligation after the other."""

    begins: datetime
    ends: datetime
    _before: Tally = field(init=False)
    _after: Tally = field(init=False)
    _lines: dict[tuple[str, str], Line] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with eight empty lines."""
        self._before = Tally(begins=self.begins, ends=self.ends)
        self._after = Tally(begins=self.begins, ends=self.ends)
        pairs = zip(self._before.rows, self._after.rows, strict=True)
        self._lines = {(old.level, old.metric): Line(old, new, Staffing()) for old, new in pairs}

    @property
    def lines(self) -> list[Line]:
        """Eight lines, Critical first, response before resolution."""
        return [self._lines[level, metric] for level in LEVELS for metric in METRICS]

    def take(self, one: Replayed) -> bool:
        """Count one obligation; return whether it belongs to the period under either set of terms."""
        level = level_at(one.case.before.facts, self.ends)
        old, new = (_counted(one.case, each, level, at=self.ends) for each in (one.before, one.after))
        self._before.take(old)
        self._after.take(new)
        if not (self._concerns(old) or self._concerns(new)):
            return False
        line = self._lines[new.level, new.metric]
        line.obligations += 1
        line.outcomes += one.changes_outcome
        line.staffing.take(one)
        return True

    def _concerns(self, one: Counted) -> bool:
        return is_undecided(one, at=self.ends) or (
            one.decided_at is not None and self.begins <= one.decided_at < self.ends
        )


def level_at(facts: Iterable[Fact], instant: datetime) -> str:
    """Return the level that governed just before `instant`; "" where none did yet."""
    level = ""
    for fact in facts:
        if isinstance(fact, Governs) and fact.at < instant:
            level = fact.level
    return level


def _counted(case: Case, one: Reckoning, level: str, *, at: datetime) -> Counted:
    """Return what the counting rules see; an undecided one has the level in force at the end of the period."""
    found = Counted(
        level=one.level,
        metric=case.metric,
        started_at=case.started_at,
        decided_at=one.decided_at,
        outcome=one.outcome or "",
        adjusted=one.adjusted_outcome or "",
    )
    if level and is_undecided(found, at=at):
        return Counted(level, found.metric, found.started_at, found.decided_at, found.outcome, found.adjusted)
    return found
