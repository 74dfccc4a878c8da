"""From facts to a verdict: what one obligation is at one instant (spec §2, §3, §5).

Pure: standard library and the clock. The facts come from the ledger in the order in which they hold, so the
same history always gives the same answer, and a stopped worker can delay a mail but never falsify a page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from slaportal.policies import clock
from slaportal.policies.clock import Bound, Pause, Span
from slaportal.policies.facts import (
    Amended,
    Ended,
    Excepted,
    Fact,
    Governs,
    Paused,
    Restarted,
    Resumed,
    Rule,
    Stopped,
    Voided,
)

LEVELS = ("critical", "high", "medium", "low")


def stricter(one: str, other: str) -> str:
    """Return the stricter of two criticality levels."""
    return min(one, other, key=LEVELS.index)


class State(StrEnum):
    """What an obligation is; `outside_hours` and `at_risk` are how a running one is shown, not states."""

    RUNNING = "running"
    PAUSED = "paused"
    BREACHING = "breaching"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How an obligation was decided."""

    MET = "met"
    BREACHED = "breached"
    NOT_COUNTED = "not_counted"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Basis:
    """A stretch that is being counted: `rule` from `start`. The earliest due instant of all bases holds."""

    start: datetime
    level: str
    rule: Rule

    def due(self, pauses: Iterable[Pause], share: Fraction = Fraction(1)) -> datetime | None:
        """Return when `share` of the budget is spent, or None while a pause stops it."""
        rule = self.rule
        amount = Fraction(rule.amount) * share
        return clock.deadline(
            start=self.start, amount=amount, unit=rule.unit, calendar=rule.calendar, pauses=tuple(pauses)
        )


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What an obligation is at one instant. `due` is None while paused; `breached_at` is the due instant missed."""

    level: str
    provisional: bool
    basis: Basis
    pauses: tuple[Pause, ...]
    state: State
    due: datetime | None
    outcome: Outcome | None
    decided_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    reopened: bool
    adjusted_due: datetime | None
    adjusted_outcome: Outcome | None

    @property
    def open(self) -> bool:
        """Whether its clock is still going."""
        return self.state in (State.RUNNING, State.PAUSED, State.BREACHING)

    def instant_of(self, share: Fraction) -> datetime | None:
        """Return when `share` of the budget is, or was, spent; None while a pause stops it."""
        return self.basis.due(self.pauses, share)

    def spent(self, now: datetime) -> Fraction:
        """Return how much of the budget is spent at `now` (or was at the stop), in the rule's unit."""
        end = self.stopped_at or now
        if end <= self.basis.start:
            return Fraction(0)
        rule = self.basis.rule
        return clock.elapsed(
            start=self.basis.start, end=end, unit=rule.unit, calendar=rule.calendar, pauses=self.pauses
        )

    def remaining(self, now: datetime) -> Fraction:
        """Return what is left of the budget at `now`, in the rule's unit; negative when overdue."""
        return Fraction(self.basis.rule.amount) - self.spent(now)

    def derivation(self, now: datetime) -> list[Span]:
        """Return the spans from the start to the due instant or, where there is none yet, to `now`."""
        rule = self.basis.rule
        end = self.due or max(now, self.basis.start)
        return clock.derive(
            start=self.basis.start, end=end, unit=rule.unit, calendar=rule.calendar, pauses=self.pauses
        )


@dataclass(slots=True)
class _Walk:
    """The obligation while its facts are walked in order."""

    rules: Mapping[str, Rule]
    start: datetime
    level: str = ""
    provisional: bool = True
    bases: list[Basis] = field(default_factory=list)
    pauses: dict[str, Pause] = field(default_factory=dict)
    stopped_at: datetime | None = None
    met_at: datetime | None = None
    breached_at: datetime | None = None
    breached_level: str = ""
    ended_at: datetime | None = None
    reopened: bool = False
    exceptions: list[Excepted] = field(default_factory=list)
    # What was due when the obligation was decided, and of which bases: later facts do not move it.
    settled: tuple[Basis, datetime | None, str] | None = None
    settled_bases: tuple[Basis, ...] = ()

    def earliest(self) -> tuple[Basis, datetime | None]:
        """Return the basis that holds and its due instant; a paused one is due at no instant."""
        pauses = tuple(self.pauses.values())
        best, best_due = self.bases[-1], self.bases[-1].due(pauses)
        for basis in self.bases[:-1]:
            due = basis.due(pauses)
            if due is not None and (best_due is None or due <= best_due):
                best, best_due = basis, due
        return best, best_due

    def settle(self, basis: Basis, due: datetime | None) -> None:
        """Keep what is due now: the obligation is decided."""
        self.settled, self.settled_bases = (basis, due, self.level), tuple(self.bases)

    def judge(self, instant: datetime) -> None:
        """Note a breach, if the budget was overrun by `instant` under an agreed level."""
        undecided = self.breached_at is None and self.met_at is None and self.ended_at is None
        if not undecided or self.provisional or not self.bases:
            return
        basis, due = self.earliest()
        instant = self.stopped_at or instant
        if due is not None and clock.passed(instant=instant, due=due, bound=basis.rule.bound):
            self.breached_at = due
            self.settle(basis, due)
        elif self.stopped_at is not None:
            self.met_at = self.stopped_at
            self.settle(basis, due)

    def take(self, fact: Fact) -> None:
        """Let `fact` act on the obligation."""
        match fact:
            case Governs():
                self.govern(fact)
            case Stopped(at=at):
                if self.stopped_at is None and self.ended_at is None:
                    self.stop(at)
            case Restarted(at=at):
                self.restart(at)
            case Paused() | Resumed() | Voided():
                self.wait(fact)
            case Ended(at=at):
                if self.ended_at is None and self.breached_at is None and self.met_at is None:
                    self.settle(*self.earliest())
                self.ended_at = self.ended_at or at
            case Excepted():
                others = [one for one in self.exceptions if not one.key or one.key != fact.key]
                self.exceptions = [*others, fact]
            case Amended():
                self.amend(fact)

    def wait(self, fact: Paused | Resumed | Voided) -> None:
        """Begin, end or strike out a pause."""
        match fact:
            case Paused(at=at, key=key, label=label):
                self.pauses[key] = Pause(at, None, label)
            case Resumed(at=at, key=key):
                if key in self.pauses and self.pauses[key].end is None:
                    self.pauses[key] = Pause(self.pauses[key].start, at, self.pauses[key].label)
            case Voided(at=at, key=key):
                self.void(key, at)

    def govern(self, fact: Governs) -> None:
        """The one rule for every change of the governing level (spec §3)."""
        if not self.level:
            self.bases = [Basis(self.start, fact.level, self.rules[fact.level])]
        elif LEVELS.index(fact.level) < LEVELS.index(self.level):
            self.bases.append(Basis(fact.at, fact.level, self.rules[fact.level]))
        elif fact.level != self.level:
            self.bases = [Basis(self.start, fact.level, self.rules[fact.level])]
        self.level, self.provisional = fact.level, fact.provisional
        self.judge(fact.at)

    def amend(self, fact: Amended) -> None:
        """Count what is undecided by other terms from its own start; what is decided keeps the terms it was decided by.

        Nobody is made late by the decision itself: where the new budget would be spent already, the old one stands.
        """
        self.rules = fact.rules
        if self.met_at is not None or self.breached_at is not None or self.ended_at is not None:
            return
        before = self.bases
        self.bases = [Basis(one.start, one.level, fact.rules[one.level]) for one in before]
        basis, due = self.earliest()
        if due is not None and clock.passed(instant=fact.at, due=due, bound=basis.rule.bound):
            self.bases = before

    def stop(self, at: datetime) -> None:
        """Stop the clock; in time is met even while the level is provisional, since no settlement can undo it."""
        self.stopped_at = at
        if self.breached_at is not None:
            return
        basis, due = self.earliest()
        if due is None or not clock.passed(instant=at, due=due, bound=basis.rule.bound):
            self.met_at = at
            self.settle(basis, due)

    def void(self, key: str, at: datetime) -> None:
        """Strike a pause out: a result that rested on it is judged again, a breach stands (spec §3)."""
        self.pauses.pop(key, None)
        if self.met_at is not None:
            stopped_at, self.met_at, self.settled = self.met_at, None, None
            self.stop(stopped_at)
        self.judge(at)

    def restart(self, at: datetime) -> None:
        """Go on where the clock stood: the time since the stop is a pause of its own."""
        if self.stopped_at is None or self.ended_at is not None:
            return
        self.pauses[f"resolved {self.stopped_at.isoformat()}"] = Pause(
            self.stopped_at, at, "Resolved, awaiting confirmation"
        )
        self.stopped_at, self.met_at, self.reopened = None, None, True
        if self.breached_at is None:
            self.settled = None


def reckon(*, rules: Mapping[str, Rule], start: datetime, facts: Iterable[Fact], now: datetime) -> Reckoning:
    """Return what the obligation that began at `start` is at `now`, given its facts in order.

    `rules` has one `Rule` per level. The first fact must be `Governs`: nothing is judged by no level.
    Facts later than `now` are left out, so any past instant can be asked for.
    """
    walk = _Walk(rules=rules, start=start)
    for fact in facts:
        if fact.at > now:
            break
        walk.judge(fact.at)
        walk.take(fact)
    if not walk.bases:
        raise ValueError("An obligation needs a governing level before anything can be said of it.")
    walk.judge(now)
    return _verdict(walk, now)


def _verdict(walk: _Walk, now: datetime) -> Reckoning:
    """Put what the walk found into words."""
    basis, due, level = walk.settled or (*walk.earliest(), walk.level)
    state, outcome, decided_at = _outcome(walk, due, basis.rule.bound, now)
    adjusted_due, adjusted = _adjust(walk, due, outcome, now)
    return Reckoning(
        level=level,
        provisional=walk.provisional and outcome is None,
        basis=basis,
        pauses=tuple(sorted(walk.pauses.values(), key=lambda pause: pause.start)),
        state=state,
        due=due,
        outcome=outcome,
        decided_at=decided_at,
        stopped_at=walk.stopped_at,
        breached_at=walk.breached_at,
        reopened=walk.reopened,
        adjusted_due=adjusted_due,
        adjusted_outcome=adjusted,
    )


def _outcome(
    walk: _Walk, due: datetime | None, bound: Bound, now: datetime
) -> tuple[State, Outcome | None, datetime | None]:
    """Return state, outcome and the instant of the decision."""
    if walk.breached_at is not None:
        over = walk.stopped_at is not None or walk.ended_at is not None
        return (State.BREACHED if over else State.BREACHING), Outcome.BREACHED, walk.breached_at
    if walk.met_at is not None:
        return State.MET, Outcome.MET, walk.met_at
    if walk.ended_at is not None:
        return State.CANCELLED, Outcome.NOT_COUNTED, walk.ended_at
    if walk.stopped_at is not None:
        # Late under a level that is not settled yet: overdue, but no breach is published (spec §3).
        return State.BREACHED, None, None
    if due is None:
        return State.PAUSED, None, None
    if clock.passed(instant=now, due=due, bound=bound):
        return State.BREACHING, None, None
    return State.RUNNING, None, None


def _adjust(
    walk: _Walk, due: datetime | None, outcome: Outcome | None, now: datetime
) -> tuple[datetime | None, Outcome | None]:
    """Return due instant and outcome after exceptions; the strict ones stand beside them, always."""
    granted = [one.until for one in walk.exceptions if one.effect == "added_time" and one.until is not None]
    granted += _spared(walk)
    adjusted_due = max([due, *granted]) if due is not None and granted else due
    if any(one.waives(due) for one in walk.exceptions) and outcome is Outcome.BREACHED:
        return adjusted_due, Outcome.WAIVED
    if outcome is not Outcome.BREACHED or adjusted_due is None or adjusted_due == due:
        return adjusted_due, outcome
    if walk.stopped_at is not None:
        return adjusted_due, Outcome.MET if walk.stopped_at <= adjusted_due else Outcome.BREACHED
    return adjusted_due, Outcome.BREACHED if now > adjusted_due else None


def _spared(walk: _Walk) -> list[datetime]:
    """Return when the budget is spent if the time of standing exceptions does not count; nothing without any."""
    windows = [one.window for one in walk.exceptions if one.effect == "added_time" and one.window]
    pauses = [*walk.pauses.values(), *(Pause(*window) for window in windows if window[0] < window[1])]
    if len(pauses) == len(walk.pauses):
        return []
    bases = walk.settled_bases if walk.settled else walk.bases
    dues = [due for due in (basis.due(pauses) for basis in bases) if due is not None]
    return [min(dues)] if dues else []
