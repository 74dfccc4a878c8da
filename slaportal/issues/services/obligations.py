"""Keeping the obligations in step with the events: the cache follows, it never leads."""

from datetime import datetime

from django.db.models import Q

from slaportal.issues.models import Issue, Obligation
from slaportal.issues.selectors.history import clock_events, reckoning_of
from slaportal.issues.services import acts
from slaportal.ledger.models import Event
from slaportal.policies.models import Metric
from slaportal.policies.reckoning import Outcome, Reckoning, State

FIELDS = (
    "level",
    "provisional",
    "state",
    "due_at",
    "stopped_at",
    "outcome",
    "decided_at",
    "breached_at",
    "detected_at",
    "adjusted_due_at",
    "adjusted_outcome",
    "cycle",
    "next_look_at",
    "set_aside",
)


def begin(issue: Issue, *, now: datetime) -> None:
    """Start the two obligations of a new issue; its first `level.governs` event must be on record."""
    events = clock_events(issue)
    both = [Obligation(issue=issue, metric=metric, started_at=issue.submitted_at) for metric in Metric.values]
    for obligation in both:
        _copy(obligation, reckoning_of(obligation, events=events, now=now), now=now)
        obligation.next_look_at = now
        obligation.save(force_insert=True)
        if obligation.breached_at is not None:  # a part of an older issue may be late from its first day
            _record_breach(obligation, now=now)
    _note_next_due(issue, both)


def follow(issue: Issue, *, now: datetime, as_of: datetime | None = None) -> None:
    """Recompute both obligations of `issue` at `now`, write what changed and record breaches and moves.

    A breach is recorded at its own due instant with `now` as the instant of detection (spec §5). Whatever
    changed is looked at by the watch at once, since only the escalation matrix knows what comes next.
    `as_of`: an earlier instant to reckon at, while what time decided after it is not on record yet.
    """
    events = clock_events(issue)
    both = list(issue.obligations.all())  # each knows `issue` with its terms; no need to read them again
    for obligation in both:
        follow_one(obligation, events=events, now=now, as_of=as_of)
    _note_next_due(issue, both)


def is_behind(issue: Issue, *, now: datetime) -> bool:
    """Whether time alone has decided something by `now` that is not in the rows of `issue` yet."""
    if issue.next_due_at is None or issue.next_due_at > now:
        return False
    overdue = Q(state=State.RUNNING, due_at__lte=now)
    overdue_with_added_time = Q(state=State.BREACHING, adjusted_outcome="", adjusted_due_at__lt=now)
    return issue.obligations.filter(overdue | overdue_with_added_time).exists()


def follow_one(
    obligation: Obligation,
    *,
    events: list[Event],
    now: datetime,
    as_of: datetime | None = None,
    save: bool = True,
) -> Reckoning:
    """Recompute one obligation from the events of its issue and write what changed.

    Without `save` the caller writes `FIELDS`, with what it adds to them. `as_of` as in `follow`.
    """
    as_of = as_of or now
    reckoning = reckoning_of(obligation, events=events, now=as_of)
    before = [getattr(obligation, name) for name in FIELDS]
    due_before, outcome_before = obligation.due_at, obligation.outcome
    _copy(obligation, reckoning, now=now)
    if [getattr(obligation, name) for name in FIELDS] == before:
        return reckoning
    if obligation.outcome == Outcome.BREACHED and outcome_before != Outcome.BREACHED:
        _record_breach(obligation, now=now)
    elif obligation.due_at != due_before and reckoning.state is not State.PAUSED:
        _record_move(obligation, due_before, at=as_of, now=now)
    obligation.next_look_at = now
    if save:
        obligation.save(update_fields=FIELDS)
    return reckoning


def _copy(obligation: Obligation, reckoning: Reckoning, *, now: datetime) -> None:
    """Copy what was reckoned into the columns."""
    if reckoning.breached_at and not obligation.breached_at:
        obligation.detected_at = now
    obligation.level = reckoning.level
    obligation.provisional = reckoning.provisional
    obligation.state = reckoning.state
    obligation.due_at = reckoning.due
    obligation.stopped_at = reckoning.stopped_at
    obligation.outcome = reckoning.outcome or ""
    obligation.decided_at = reckoning.decided_at
    obligation.breached_at = reckoning.breached_at
    obligation.adjusted_due_at = reckoning.adjusted_due
    obligation.adjusted_outcome = reckoning.adjusted_outcome or ""
    obligation.set_aside = ""


def _record_breach(obligation: Obligation, *, now: datetime) -> None:
    assert obligation.breached_at is not None
    acts.record(
        obligation.issue,
        "obligation.breached",
        actor=None,
        at=obligation.breached_at,
        recorded_at=now,
        metric=obligation.metric,
        level=obligation.level,
        due=obligation.breached_at,
    )


def _record_move(obligation: Obligation, due_before: datetime | None, *, at: datetime, now: datetime) -> None:
    acts.record(
        obligation.issue,
        "deadline.moved",
        actor=None,
        at=at,
        recorded_at=now,
        metric=obligation.metric,
        level=obligation.level,
        before=due_before,
        after=obligation.due_at,
    )


def _note_next_due(issue: Issue, both: list[Obligation]) -> None:
    """Write the next running deadline for lists; the queue orders by it."""
    running = [
        obligation.due_at
        for obligation in both
        if obligation.due_at and obligation.state in (State.RUNNING, State.BREACHING)
    ]
    next_due_at = min(running, default=None)
    if issue.next_due_at != next_due_at:
        issue.next_due_at = next_due_at
        issue.save(update_fields=["next_due_at"])
