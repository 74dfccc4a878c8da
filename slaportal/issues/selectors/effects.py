"""What a level would do to the two clocks, computed before anybody confirms it (spec §3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from slaportal.issues.models import Issue
from slaportal.issues.selectors.history import facts, first_rules
from slaportal.ledger.models import Event
from slaportal.policies import clock
from slaportal.policies.facts import Governs
from slaportal.policies.models import Agreement, Criticality, Metric
from slaportal.policies.reckoning import Outcome, Reckoning, reckon
from slaportal.policies.selectors import rules_for


@dataclass(frozen=True, slots=True)
class Move:
    """One clock under another level: due instants before and after; None while a pause stops it or it has ended.

    `breached` says that agreeing would record a breach that is not on record yet.
    """

    metric: str
    metric_label: str
    before: datetime | None
    after: datetime | None
    breached: bool
    decided: bool

    @property
    def moves(self) -> bool:
        """Whether the due instant changes."""
        return not self.decided and self.before != self.after


@dataclass(frozen=True, slots=True)
class Effect:
    """What it would mean if both parties settled on `level` now."""

    level: str
    moves: tuple[Move, ...]

    @property
    def changes(self) -> bool:
        """Whether any due instant moves or any breach would be recorded."""
        return any(move.moves or move.breached for move in self.moves)


def effects(issue: Issue, *, events: Iterable[Event], now: datetime) -> dict[str, Effect]:
    """Return level → its effect on the clocks of `issue`, were it agreed at `now`."""
    events = list(events)
    ordered = sorted(issue.obligations.all(), key=lambda one: one.metric != Metric.RESPONSE)
    found: dict[str, list[Move]] = {level: [] for level in Criticality.values}
    for obligation in ordered:
        rules = first_rules(issue, events, obligation.metric)
        known = list(facts(events, obligation.metric))
        today = reckon(rules=rules, start=obligation.started_at, facts=known, now=now)
        for level, moves in found.items():
            then = reckon(
                rules=rules,
                start=obligation.started_at,
                facts=[*known, Governs(now, level, provisional=False)],
                now=now,
            )
            moves.append(_move(obligation.metric, obligation.get_metric_display(), today, then))
    return {level: Effect(level, tuple(moves)) for level, moves in found.items()}


def _move(metric: str, label: str, today: Reckoning, then: Reckoning) -> Move:
    return Move(
        metric=metric,
        metric_label=label,
        before=today.due,
        after=then.due,
        breached=then.outcome is Outcome.BREACHED and today.outcome is not Outcome.BREACHED,
        decided=today.outcome is not None,
    )


@dataclass(frozen=True, slots=True)
class Promise:
    """A level as it stands in the agreement: its words, examples, targets and what they would mean from `now`."""

    level: str
    label: str
    wording: str
    examples: list[str]
    response: str
    resolution: str
    respond_by: datetime | None = None
    resolve_by: datetime | None = None


def promises(agreement: Agreement, *, now: datetime | None = None) -> list[Promise]:
    """Return the four levels of `agreement`, strictest first; with `now`, also both due instants if submitted then."""
    version = agreement.policy_version
    defined = {one.level: one for one in version.definitions.all()}
    words = {(one.level, one.metric): one.words for one in version.targets.all()}
    due: dict[tuple[str, str], datetime | None] = {}
    if now is not None:
        for metric in Metric.values:
            for level, rule in rules_for(agreement, metric).items():
                due[level, metric] = clock.deadline(
                    start=now, amount=Fraction(rule.amount), unit=rule.unit, calendar=rule.calendar
                )
    return [
        Promise(
            level=level.value,
            label=str(level.label),
            wording=defined[level].wording if level in defined else "",
            examples=defined[level].examples if level in defined else [],
            response=words.get((level, Metric.RESPONSE), ""),
            resolution=words.get((level, Metric.RESOLUTION), ""),
            respond_by=due.get((level, Metric.RESPONSE)),
            resolve_by=due.get((level, Metric.RESOLUTION)),
        )
        for level in Criticality
    ]


def opens_at(agreement: Agreement, *, now: datetime) -> datetime | None:
    """Return when support opens next, if it is closed at `now` under `agreement`; None while it is open."""
    hours = agreement.hours()
    if clock.is_open(instant=now, calendar=hours):
        return None
    return clock.next_opening(instant=now, calendar=hours)
