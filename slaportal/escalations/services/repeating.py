"""Repeating a step's message while nobody has acknowledged it (spec §5)."""

from datetime import datetime, timedelta

from slaportal.accounts.models import User
from slaportal.escalations.models import Escalation, MatrixStep
from slaportal.escalations.selectors import Desk
from slaportal.escalations.services import escalating
from slaportal.issues.models import Obligation
from slaportal.issues.services import acts
from slaportal.lib.wording import neutral


def repeat(
    obligation: Obligation, steps: list[MatrixStep], *, due: datetime | None, desk: Desk, now: datetime
) -> datetime | None:
    """Repeat what is due to be repeated for `obligation`; return when the next repetition is due, if any.

    Runs in the watch's transaction. A late watch repeats once, however many repetitions it missed.
    """
    repeated = {step.pk: step for step in steps if step.repeat_times}
    if not repeated:
        return None
    instants = []
    waiting = Escalation.objects.unanswered().filter(
        obligation=obligation, cycle=obligation.cycle, step__in=list(repeated)
    )
    for escalation in waiting.select_related("handed_to__user", "step").order_by("pk"):
        step = repeated[escalation.step_id or 0]
        every = timedelta(minutes=step.repeat_minutes or 0)
        passed = min((now - escalation.fired_at) // every, step.repeat_times)
        if passed > escalation.repeated:
            _repeat_one(escalation, step, obligation, due=due, number=passed, desk=desk, now=now)
        if escalation.repeated < step.repeat_times:
            instants.append(escalation.fired_at + (escalation.repeated + 1) * every)
    return min(instants, default=None)


def _repeat_one(
    escalation: Escalation,
    step: MatrixStep,
    obligation: Obligation,
    *,
    due: datetime | None,
    number: int,
    desk: Desk,
    now: datetime,
) -> None:
    escalation.issue = obligation.issue
    escalation.repeated = number
    escalation.save(update_fields=["repeated"])
    done = set(escalation.acknowledgements.values_list("member__user", flat=True))
    told = [user for user in _receivers(escalation, desk) if user.pk not in done]
    escalation.told.add(*told)
    event = acts.record(
        obligation.issue,
        "escalation.repeated",
        actor=None,
        at=now,
        escalation=escalation.pk,
        metric=obligation.metric,
        role=escalation.role,
        number=number,
    )
    escalating.tell_each(
        escalation,
        "escalation-step",
        cause=event,
        to=told,
        now=now,
        metric=neutral(obligation.get_metric_display),
        due_at=due,
        detected_at=now,
        role=neutral(escalation.get_role_display),
        step=neutral(lambda: step.when),
    )


def _receivers(escalation: Escalation, desk: Desk) -> list[User]:
    """Return who is asked again: the person to whom it was handed on if there, else whom the step reaches."""
    if escalation.handed_to is not None:
        found = desk.stand_ins([escalation.handed_to])
        if found:
            return found
    return desk.receivers(escalation.issue, escalation.role)
