"""What an audit looks at: every obligation that was decided in the quarter, recomputed from the events of its issue.

The events are those up to one checkpoint, so that whoever has them computes the same.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from django.db.models import F, Q

from slaportal.issues.models import Issue, Obligation
from slaportal.issues.selectors.history import CLOCK_KINDS, facts
from slaportal.ledger.models import Checkpoint, Event
from slaportal.lib import canonical
from slaportal.policies.facts import Rule
from slaportal.policies.models import Agreement, Metric
from slaportal.policies.reckoning import LEVELS, Reckoning, reckon, stricter
from slaportal.policies.selectors import rules_for

PART: Final = 300
LATE: Final = Fraction(3, 4)  # a change of level after this share of the target is looked at
# Beside what moves clocks: what makes the census take an issue.
CENSUS_KINDS: Final = {
    "exception.requested": "exception",
    "classification.disputed": "dispute",
    "pause.contested": "contest",
}
COLUMNS: Final = ("level", "started_at", "due_at", "decided_at", "outcome", "adjusted_outcome")
HEAD: Final = ("issue", "metric", *COLUMNS)

Values = dict[str, Any]


@dataclass(slots=True)
class Found:
    """One obligation of the population: as it stands in its columns, and as its events add up."""

    issue: Issue
    metric: str
    stored: Values
    recomputed: Values

    @property
    def differences(self) -> list[str]:
        """The names of the columns in which both disagree."""
        return [name for name in COLUMNS if self.stored[name] != self.recomputed[name]]


@dataclass(slots=True)
class Population:
    """Everything an audit rests on. `reasons` tells for each issue why the census takes it; empty: it does not."""

    found: list[Found] = field(default_factory=list)
    issues: dict[int, Issue] = field(default_factory=dict)
    reasons: dict[int, list[str]] = field(default_factory=dict)
    levels: dict[int, str] = field(default_factory=dict)

    def take(self, one: Found) -> None:
        """Add an obligation; its issue belongs to the stratum of the strictest level that was decided."""
        self.found.append(one)
        key = one.issue.pk
        self.issues[key] = one.issue
        level: str = one.stored["level"]
        self.levels[key] = stricter(self.levels.get(key, level), level)


def population_text(rows: Iterable[tuple[str, str, Mapping[str, Any]]]) -> str:
    """Return the population as CSV, one obligation a line in a fixed order: what its hash is made of."""
    lines = [",".join(HEAD)]
    for reference, metric, stored in sorted(rows, key=lambda row: row[:2]):
        lines.append(",".join([reference, metric, *(str(stored[name] or "") for name in COLUMNS)]))
    return "\n".join(lines) + "\n"


def hash_of(text: str) -> str:
    """Return the SHA-256 of a population's text in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def read(
    agreement: Agreement, *, begins: datetime, ends: datetime, checkpoint: Checkpoint | None, now: datetime
) -> Population:
    """Return the population of `[begins, ends)`: what was decided then by its columns, or by its events."""
    rules = {metric: rules_for(agreement, metric) for metric in Metric.values}
    population = Population()
    for part in _parts(_candidates(agreement, begins, ends)):
        events = _events([one.issue.reference for one in part], checkpoint)
        for obligation in part:
            of_issue = events[obligation.issue.reference]
            reckoning = _reckoned(obligation, rules[obligation.metric], of_issue, now)
            one = Found(obligation.issue, obligation.metric, _stored(obligation), _recomputed(reckoning))
            one.recomputed["started_at"] = canonical.instant(obligation.issue.submitted_at)
            decided = {obligation.decided_at, reckoning.decided_at if reckoning else None}
            if any(at is not None and begins <= at < ends for at in decided):
                population.take(one)
                _note_reasons(population, one, of_issue, rules[one.metric])
    population.found.sort(key=lambda one: (one.issue.reference, one.metric))
    return population


def _candidates(agreement: Agreement, begins: datetime, ends: datetime) -> list[Obligation]:
    """Return the obligations that may have been decided in the quarter, those still undecided among them."""
    found = Obligation.objects.filter(
        Q(decided_at__isnull=True) | Q(decided_at__gte=begins),
        issue__agreement=agreement,
        started_at__lt=ends,
    )
    if agreement.counts_from is not None:
        found = found.filter(issue__submitted_at__gte=F("issue__agreement__counts_from"))
    return list(found.select_related("issue").order_by("issue__reference", "metric"))


def _parts(rows: list[Obligation]) -> Iterator[list[Obligation]]:
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]


def _events(references: list[str], checkpoint: Checkpoint | None) -> dict[str, list[Event]]:
    """Return the events of each issue up to `checkpoint`, in the order in which they hold."""
    found: dict[str, list[Event]] = defaultdict(list)
    size = checkpoint.size if checkpoint else 0
    events = Event.objects.filter(
        subject__in=set(references), kind__in=[*CLOCK_KINDS, *CENSUS_KINDS], leaf__position__lt=size
    )
    for event in events.order_by("at", "pk"):
        found[event.subject].append(event)
    return found


def _reckoned(
    obligation: Obligation, rules: Mapping[str, Rule], events: list[Event], now: datetime
) -> Reckoning | None:
    """Return what the events add up to; None where they say nothing at all, as after somebody removed them."""
    known = list(facts(events, obligation.metric))
    try:
        return reckon(rules=rules, start=obligation.issue.submitted_at, facts=known, now=now)
    except ValueError:
        return None


def _stored(obligation: Obligation) -> Values:
    return _values(
        obligation.level,
        obligation.due_at,
        obligation.decided_at,
        obligation.outcome,
        obligation.adjusted_outcome,
        obligation.started_at,
    )


def _recomputed(reckoning: Reckoning | None) -> Values:
    if reckoning is None:
        return _values("", None, None, "", "", None)
    return _values(
        reckoning.level,
        reckoning.due,
        reckoning.decided_at,
        reckoning.outcome or "",
        reckoning.adjusted_outcome or "",
        None,
    )


def _values(
    level: str,
    due: datetime | None,
    decided: datetime | None,
    outcome: str,
    adjusted: str,
    started: datetime | None,
) -> Values:
    return {
        "level": level,
        "started_at": _text(started),
        "due_at": _text(due),
        "decided_at": _text(decided),
        "outcome": str(outcome),
        "adjusted_outcome": str(adjusted),
    }


def _text(instant: datetime | None) -> str:
    return "" if instant is None else canonical.instant(instant)


def _note_reasons(population: Population, one: Found, events: list[Event], rules: Mapping[str, Rule]) -> None:
    """Note why the census takes the issue of `one`, each reason once."""
    reasons = population.reasons.setdefault(one.issue.pk, [])
    for reason in _reasons(one, events, rules):
        if reason not in reasons:
            reasons.append(reason)


def _reasons(one: Found, events: list[Event], rules: Mapping[str, Rule]) -> Iterator[str]:
    if one.stored["level"] == LEVELS[0]:
        yield "critical"
    if "breached" in (one.stored["outcome"], one.recomputed["outcome"]):
        yield "breach"
    if one.differences:
        yield "difference"
    level = ""
    for event in events:
        if event.kind in CENSUS_KINDS:
            yield CENSUS_KINDS[event.kind]
        elif event.kind == "level.governs":
            said = json.loads(event.payload)["data"]["level"]
            if level and said != level and _was_late(one, events, rules, event.at):
                yield "late_reclassification"
            level = said
        elif event.recorded_at > event.at and _is_response(event):
            yield "late_logged"


def _is_response(event: Event) -> bool:
    return event.kind == "comment.added" and bool(json.loads(event.payload)["data"]["response"])


def _was_late(one: Found, events: list[Event], rules: Mapping[str, Rule], at: datetime) -> bool:
    """Whether three quarters of the target were spent when the level changed at `at`."""
    before = [event for event in events if event.at < at]
    if one.metric != Metric.RESOLUTION or not before:
        return False
    then = reckon(rules=rules, start=one.issue.submitted_at, facts=facts(before, one.metric), now=at)
    return then.spent(at) >= LATE * Fraction(then.basis.rule.amount)
