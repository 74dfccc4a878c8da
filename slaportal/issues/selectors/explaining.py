"""How a due instant came about, and where each obligation stands: one list for pages, API and command line (spec §2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import groupby
from typing import Any

from django.utils.translation import override

from slaportal.accounts.models import Organization
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.selectors.history import clock_events, reckoning_of
from slaportal.policies.clock import Span, Unit
from slaportal.policies.deadline_lines import instant_text
from slaportal.policies.models import Agreement, Metric, Target
from slaportal.policies.reckoning import Outcome, Reckoning
from slaportal.policies.selectors import targets_of

Row = dict[str, Any]
# Units that count every hour, whatever the calendar (spec §2, rule 2).
ELAPSED = (Unit.MINUTES, Unit.HOURS, Unit.DAYS)


@dataclass(frozen=True, slots=True)
class Derivation:
    """How the due instant of one obligation adds up at one instant.

    `spans` are contiguous from `starts_at`, each with its kind (counted, closed, holiday, paused, added), its label
    and the running total in `unit`. `target` is the promise in words, `calendar` the name of the hours counted in.
    """

    metric: str
    target: str
    unit: str
    calendar: str
    starts_at: datetime
    submitted_at: datetime
    reckoning: Reckoning
    spans: tuple[Span, ...]

    @property
    def total(self) -> Fraction:
        """What has been counted at the end of the list, in `unit`."""
        return self.spans[-1].total if self.spans else Fraction(0)


def explain(issue: Issue, *, now: datetime) -> list[Derivation]:
    """Return the derivation of both clocks of `issue` at `now`, response first, from the events (spec §2)."""
    events = clock_events(issue)
    found = []
    for obligation in sorted(issue.obligations.all(), key=_order):
        obligation.issue = issue
        found.append(derivation(obligation, reckoning_of(obligation, events=events, now=now), now=now))
    return found


def derivation(obligation: Obligation, reckoning: Reckoning, *, now: datetime) -> Derivation:
    """Return how the due instant of `obligation` adds up, given what was reckoned at `now`."""
    agreement = obligation.issue.agreement
    spans = reckoning.derivation(now)
    added = reckoning.adjusted_due
    if added is not None and reckoning.due is not None and added > reckoning.due:
        total = spans[-1].total if spans else Fraction(0)
        spans = [*spans, Span(reckoning.due, added, "added", "Added by exception", Fraction(0), total)]
    rule = reckoning.basis.rule
    # By the rule that counts, since what was decided before other terms were applied keeps its own.
    target = Target(
        level=reckoning.basis.level,
        metric=obligation.metric,
        amount=rule.amount,
        unit=rule.unit,
        bound=rule.bound,
        round_the_clock=any(
            one.round_the_clock
            for one in targets_of(agreement.policy_version)
            if (one.level, one.metric) == (reckoning.basis.level, obligation.metric)
        ),
    )
    return Derivation(
        metric=obligation.metric,
        target=target.words,
        unit=str(reckoning.basis.rule.unit),
        calendar=_hours(agreement, always=target.round_the_clock or target.unit in ELAPSED),
        starts_at=reckoning.basis.start,
        submitted_at=obligation.started_at,
        reckoning=reckoning,
        spans=tuple(spans),
    )


def explanation_data(issue: Issue, *, now: datetime) -> Row:
    """Return the derivation of both clocks of `issue` as plain values for JSON; instants as in the deadlines' format."""
    version = issue.agreement.policy_version
    with override(None):  # data are the same for readers of every language
        clocks = [_clock_data(one) for one in explain(issue, now=now)]
    return {
        "issue": issue.source_key or issue.reference,
        "reference": issue.reference,
        "organization": issue.organization.name,
        "terms": {
            "policy": version.policy.name,
            "version": version.number,
            "content_hash": version.content_hash,
            "agreement_from": instant_text(issue.agreement.effective_from),
            "timezone": issue.agreement.timezone,
        },
        "clocks": clocks,
    }


def standing_data(organization: Organization, *, at: datetime | None = None) -> Iterator[Row]:
    """Yield one row of plain values per obligation of `organization`, by submission, issue, response first (spec §8).

    Reads the stored columns; with `at` it recomputes from the events what each obligation was at that instant.
    """
    found = Obligation.objects.filter(issue__organization=organization).select_related(
        "issue__agreement__policy_version", "issue__agreement__calendar", "issue__organization"
    )
    if at is not None:
        found = found.filter(started_at__lte=at)
    ordered = sorted(found, key=lambda one: (one.issue.submitted_at, _name(one.issue), _order(one)))
    for issue, pair in groupby(ordered, key=lambda one: one.issue):
        events = clock_events(issue) if at else []
        for obligation in pair:
            yield (
                _recomputed(obligation, reckoning_of(obligation, events=events, now=at))
                if at
                else _stored(obligation)
            )


def _stored(obligation: Obligation) -> Row:
    return {
        "issue": _name(obligation.issue),
        "metric": obligation.metric,
        "level": obligation.level,
        "due": _text(obligation.due_at),
        "state": obligation.state,
        "decided_at": _text(obligation.decided_at),
        "outcome": _outcome(obligation.outcome),
        "adjusted_outcome": _outcome(obligation.adjusted_outcome),
        "provisional": obligation.provisional,
    }


def _recomputed(obligation: Obligation, reckoning: Reckoning) -> Row:
    return {
        "issue": _name(obligation.issue),
        "metric": obligation.metric,
        "level": reckoning.level,
        "due": _text(reckoning.due),
        "state": str(reckoning.state),
        "decided_at": _text(reckoning.decided_at),
        "outcome": _outcome(reckoning.outcome),
        "adjusted_outcome": _outcome(reckoning.adjusted_outcome),
        "provisional": reckoning.provisional,
    }


def _clock_data(one: Derivation) -> Row:
    reckoning = one.reckoning
    return {
        "metric": one.metric,
        "level": reckoning.level,
        "provisional": reckoning.provisional,
        "target": one.target,
        "unit": one.unit,
        "bound": str(reckoning.basis.rule.bound),
        "calendar": one.calendar,
        "submitted": instant_text(one.submitted_at),
        "start": instant_text(one.starts_at),
        "spans": [_span_data(span) for span in one.spans],
        "total": _number(one.total),
        "due": _text(reckoning.due),
        "stopped_at": _text(reckoning.stopped_at),
        "state": str(reckoning.state),
        "decided_at": _text(reckoning.decided_at),
        "outcome": _outcome(reckoning.outcome),
        "adjusted_due": _text(reckoning.adjusted_due),
        "adjusted_outcome": _outcome(reckoning.adjusted_outcome),
    }


def _span_data(span: Span) -> Row:
    return {
        "start": instant_text(span.start),
        "end": instant_text(span.end),
        "kind": span.kind,
        "label": span.label,
        "amount": _number(span.amount),
        "total": _number(span.total),
    }


def _hours(agreement: Agreement, *, always: bool) -> str:
    if always or agreement.calendar is None:
        return f"24×7, {agreement.timezone}"
    return f"{agreement.calendar}, {agreement.calendar.timezone}"


def _order(obligation: Obligation) -> bool:
    return obligation.metric != Metric.RESPONSE


def _name(issue: Issue) -> str:
    return issue.source_key or issue.reference


def _outcome(outcome: str | Outcome | None) -> str | None:
    """Return met, breached or not_counted, None while undecided; a waived outcome counts on neither side."""
    if not outcome:
        return None
    return str(Outcome.NOT_COUNTED if outcome == Outcome.WAIVED else outcome)


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)


def _number(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)
