"""The watch: find what is due, recompute, claim, act, remember when to look next (spec §5).

Every look may happen twice, late or in two processes at once. The issue's row is locked by an update, the look is
claimed by compare-and-swap, and each step is unique per obligation and cycle: one effect, whoever comes first.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import F, Model, Q, QuerySet

from slaportal.escalations.models import (
    Escalation,
    MatrixStep,
    SetAside,
    SlaException,
    StandingException,
    StepKind,
)
from slaportal.escalations.selectors import HOLD, Desk, Planned, breach_instant, plan
from slaportal.escalations.services import covering, escalating, excepting, repeating, setting_aside, standing
from slaportal.issues.models import Issue, Obligation, Pause, Reminder
from slaportal.issues.selectors.history import clock_events
from slaportal.issues.services import obligations, reminding, timed
from slaportal.issues.services.acts import Conflict
from slaportal.notifications.nudging import one_ring
from slaportal.policies.models import Criticality
from slaportal.policies.reckoning import Reckoning, State

logger = logging.getLogger(__name__)

AnyModel = TypeVar("AnyModel", bound=Model)

# What the watch waits for: column, table, condition. One statement asks for every earliest instant, since it is
# asked every few seconds and between any two lines of a history; each reads its own partial index.
_AWAITED = (
    ("next_look_at", Obligation, ""),
    ("answer_due_at", Issue, ""),
    ("confirm_by", Issue, ""),
    ("contest_due_at", Pause, ""),
    ("at", Reminder, "AND done_at IS NULL"),
    ("answer_due_at", SlaException, ""),
    ("answer_due_at", StandingException, ""),
    ("remind_at", StandingException, ""),
)
_EARLIEST = " UNION ALL ".join(
    f"SELECT {number}, MIN({column}) FROM {model._meta.db_table} WHERE {column} IS NOT NULL {condition}"  # noqa: S608 - names only
    for number, (column, model, condition) in enumerate(_AWAITED)
)


def watch(*, now: datetime, batch: int = 500) -> int:
    """Do everything that is due by `now`, at most `batch` rows of each kind; return how many rows were done."""
    with one_ring():
        return _watch(now=now, batch=batch)


def _watch(*, now: datetime, batch: int) -> int:
    done = 0
    due = {model for model, at in _earliest() if at <= now}
    if due & {Issue, Pause}:
        issues = _issues_with_ended_periods(now)[:batch]
        done += _each(SetAside.What.ISSUE, issues, partial(_let_time_pass, now=now), now=now)
    if Reminder in due:
        reminders = Reminder.objects.filter(done_at=None, at__lte=now)
        done += _each(
            SetAside.What.REMINDER,
            _not_aside(reminders, SetAside.What.REMINDER, now)[:batch],
            partial(_remind, now=now),
            now=now,
        )
    if SlaException in due:
        exceptions = SlaException.objects.answer_overdue(now)
        done += _each(
            SetAside.What.EXCEPTION,
            _not_aside(exceptions, SetAside.What.EXCEPTION, now)[:batch],
            partial(_accept, now=now),
            now=now,
        )
    if StandingException in due:
        waiting = StandingException.objects.filter(Q(answer_due_at__lte=now) | Q(remind_at__lte=now))
        done += _each(
            SetAside.What.STANDING,
            _not_aside(waiting, SetAside.What.STANDING, now)[:batch],
            partial(_let_stand, now=now),
            now=now,
        )
    # Always: what was done above may have put a clock's look at this very instant.
    desk = Desk(now=now)
    looks = Obligation.objects.due_for_a_look(now).values_list("pk", "next_look_at")[:batch]
    for pk, seen in list(looks):
        act = partial(look, seen=seen, now=now, desk=desk)
        done += _guarded(setting_aside.OBLIGATION, pk, act, now=now)
    return done


def next_look() -> datetime | None:
    """Return the earliest instant at which the watch has something to do, or None."""
    return min((at for _, at in _earliest()), default=None)


def _earliest() -> list[tuple[type[Model], datetime]]:
    """Return for what the watch waits, each kind with its earliest instant."""
    with connection.cursor() as cursor:
        cursor.execute(_EARLIEST)
        found = [(_AWAITED[number][1], at) for number, at in cursor.fetchall() if at is not None]
    return [(model, _instant(at)) for model, at in found]


def _instant(value: datetime | str) -> datetime:
    """Return an instant as the engine gives it: SQLite keeps UTC as text."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@transaction.atomic
def look(pk: int, *, seen: datetime | None, now: datetime, desk: Desk | None = None) -> bool:
    """Look at one obligation that was due for a look at `seen`; return whether this call did it."""
    # The issue first, as every act does: an update locks it, so no act and no other look can interleave.
    issue_pk = Obligation.objects.filter(pk=pk).values("issue")
    Issue.objects.filter(pk=issue_pk[:1]).update(next_due_at=F("next_due_at"))
    if not Obligation.objects.filter(pk=pk, next_look_at=seen).update(next_look_at=None):
        return False
    desk = desk or Desk(now=now)
    _act_on(_loaded(pk, desk=desk), desk=desk, now=now)
    return True


def _act_on(obligation: Obligation, *, desk: Desk, now: datetime) -> None:
    """Recompute `obligation`, run the steps that are due and plan the next look. The caller has claimed it."""
    events = clock_events(obligation.issue)
    reckoning = obligations.follow_one(obligation, events=events, now=now, save=False)
    while covering.cover(obligation, reckoning, desk=desk, now=now):
        events = clock_events(obligation.issue)
        reckoning = obligations.follow_one(obligation, events=events, now=now, save=False)
    steps = desk.steps(reckoning.level, obligation.metric)
    ran = _Ran(obligation, reckoning.level)
    fired = _fire(obligation, reckoning, steps, ran, desk=desk, now=now)
    again = None
    if reckoning.open:
        again = repeating.repeat(obligation, steps, due=reckoning.due, desk=desk, now=now)
    else:
        escalating.cancel_open(obligation)
    left = [step for step in steps if step.pk not in fired]
    looks = (_next_look(reckoning, left, ran, now=now), again)
    obligation.next_look_at = min((at for at in looks if at is not None), default=None)
    obligation.save(update_fields=obligations.FIELDS)


def _loaded(pk: int, *, desk: Desk) -> Obligation:
    """Return the obligation with its issue, the issue's terms, and both obligations of the issue known to it."""
    issue = Issue.objects.prefetch_related("obligations").get(obligations=pk)
    issue.agreement = desk.agreement(issue.agreement_id)
    issue.organization = issue.agreement.organization
    return next(one for one in issue.obligations.all() if one.pk == pk)


class _Ran:
    """The steps that have run in an obligation's cycle, and until when an acknowledgement holds the next ones."""

    def __init__(self, obligation: Obligation, level: str) -> None:
        found = Escalation.objects.filter(obligation=obligation, cycle=obligation.cycle)
        rows = list(found.order_by().values_list("step", "status", "acknowledged_at"))
        self.steps: set[int | None] = {step for step, _, _ in rows}
        acknowledged = [at for _, status, at in rows if status == Escalation.Status.ACKNOWLEDGED and at]
        self.held_until = max(acknowledged) + HOLD[Criticality(level)] if acknowledged else None


def _fire(
    obligation: Obligation,
    reckoning: Reckoning,
    steps: list[MatrixStep],
    ran: _Ran,
    *,
    desk: Desk,
    now: datetime,
) -> set[int | None]:
    """Run those of `steps` that are due; return the steps that have run in this cycle, these included."""
    until = min(now, reckoning.stopped_at or now)
    fired: set[int | None] = set(ran.steps)
    for planned in _due_steps(reckoning, steps, ran, until=until):
        told = desk.receivers(obligation.issue, planned.step.role)
        escalating.run_step(obligation, planned, reckoning=reckoning, told=told, now=now)
        fired.add(planned.step.pk)
    return fired


def _due_steps(reckoning: Reckoning, steps: list[MatrixStep], ran: _Ran, *, until: datetime) -> list[Planned]:
    """Return the steps to run by `until`: of several warnings the last, of a warning and the breach the breach."""
    late = reckoning.state in (State.BREACHING, State.BREACHED)
    due = [one for one in plan(reckoning, steps) if one.step.pk not in ran.steps and one.at <= until]
    if late:
        held = ran.held_until
        wanted = {StepKind.BREACH, StepKind.AFTER} if held is None or held <= until else {StepKind.BREACH}
        return [one for one in due if one.step.kind in wanted]
    warnings = [one for one in due if one.step.kind == StepKind.SHARE]
    return warnings[-1:] if reckoning.state is State.RUNNING else []


def _next_look(reckoning: Reckoning, left: list[MatrixStep], ran: _Ran, *, now: datetime) -> datetime | None:
    """Return when somebody must look again; None when the clock has stopped or stands still."""
    if not reckoning.open or reckoning.due is None:
        return None
    # Only a step that waits for an acknowledgement can be held back, and none runs before the breach.
    held = ran.held_until if reckoning.state is State.BREACHING else None
    instants = [breach_instant(reckoning)]
    for one in plan(reckoning, left):
        waits = one.step.kind == StepKind.AFTER and held is not None and held > one.at
        instants.append(held if waits and held is not None else one.at)
    if reckoning.adjusted_due not in (None, reckoning.due):
        instants.append(reckoning.adjusted_due + timedelta(microseconds=1))
    return min((instant for instant in instants if instant > now), default=None)


def _issues_with_ended_periods(now: datetime) -> QuerySet[Issue, int]:
    """Return the issues for which time alone has decided something by `now`."""
    ended = Q(answer_due_at__lte=now) | Q(confirm_by__lte=now)
    contested = Pause.objects.filter(contest_due_at__lte=now).values("issue")
    found = Issue.objects.filter(ended | Q(pk__in=contested)).order_by("answer_due_at", "pk")
    return _not_aside(found, SetAside.What.ISSUE, now)


def _not_aside(rows: QuerySet[AnyModel], what: str, now: datetime) -> QuerySet[AnyModel, int]:
    """Return the keys of `rows` without those that are set aside."""
    return rows.exclude(pk__in=setting_aside.waiting(what, now=now)).values_list("pk", flat=True)


def _let_time_pass(pk: int, *, now: datetime) -> bool:
    issue = Issue.objects.select_related(
        "organization", "agreement__policy_version", "agreement__calendar"
    ).get(pk=pk)
    return timed.let_time_pass(issue=issue, now=now) > 0


def _remind(pk: int, *, now: datetime) -> bool:
    return reminding.remind(reminder=Reminder.objects.get(pk=pk), now=now)


def _accept(pk: int, *, now: datetime) -> bool:
    exception = SlaException.objects.select_related("issue__organization").get(pk=pk)
    excepting.accept_by_silence(exception=exception, now=now)
    return True


def _let_stand(pk: int, *, now: datetime) -> bool:
    found = StandingException.objects.select_related("agreement__organization", "requested_by__user").get(
        pk=pk
    )
    accepted = standing.accept_standing_by_silence(standing=found, now=now)
    return standing.remind_of_end(standing=found, now=now) or accepted


def _each(what: str, rows: QuerySet[Any, int], act: Callable[[int], bool], *, now: datetime) -> int:
    """Do `act` for each of `rows`; return for how many it did something."""
    return sum(_guarded(what, pk, act, now=now) for pk in list(rows))


def _guarded(what: str, pk: int, act: Callable[[int], bool], *, now: datetime) -> bool:
    """Look at one row; one that raises is set aside with its reason and stops nobody else.

    Raises `OperationalError` when the database itself is gone: then no row is to blame.
    """
    try:
        done = _twice(what, pk, act)
    except Conflict:
        return False  # Somebody acted on it this very moment; the next round looks again.
    except Exception as error:
        if isinstance(error, OperationalError) and not connection.is_usable():
            raise
        logger.exception("The watch could not look at %s %s; it is set aside", what, pk)
        setting_aside.put(what, pk, error=error, now=now)
        return False
    if done:
        setting_aside.take_back(what, pk)
    return done


def _twice(what: str, pk: int, act: Callable[[int], bool]) -> bool:
    """Do `act`; once more if two transactions stood in each other's way, for which the row cannot be blamed."""
    try:
        return act(pk)
    except OperationalError:
        if not connection.is_usable():
            raise
        logger.warning("The watch tries %s %s once more", what, pk, exc_info=True)
        return act(pk)
