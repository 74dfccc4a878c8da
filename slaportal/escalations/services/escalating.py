"""Escalating: by a step of the matrix, repeated while nobody answers, or by hand (spec §5)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Party, Role, User
from slaportal.escalations import links
from slaportal.escalations.models import Channel, Escalation, StepKind
from slaportal.escalations.selectors import Planned, receivers
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.services import acts, timed
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.lib.wording import in_sentence, neutral
from slaportal.policies.reckoning import Reckoning


def run_step(
    obligation: Obligation, planned: Planned, *, reckoning: Reckoning, told: list[User], now: datetime
) -> Escalation:
    """Run one step of the matrix in the watch's transaction: row, event and messages to `told` together.

    A warning only tells; a step from the breach on waits for an acknowledgement while the clock goes on.
    """
    issue, step = obligation.issue, planned.step
    warning = step.kind == StepKind.SHARE
    status = Escalation.Status.OPEN if reckoning.open else Escalation.Status.CANCELLED
    escalation = Escalation.objects.create(
        issue=issue,
        obligation=obligation,
        cycle=obligation.cycle,
        step=step,
        role=step.role,
        due_at=planned.at,
        fired_at=now,
        status=Escalation.Status.TOLD if warning else status,
        needs_all=step.all_acknowledge,
    )
    escalation.told.add(*told)
    event = acts.record(
        issue,
        "escalation.warned" if warning else "escalation.fired",
        actor=None,
        at=planned.at,
        recorded_at=now,
        escalation=escalation.pk,
        metric=obligation.metric,
        level=reckoning.level,
        provisional=reckoning.provisional,
        role=step.role,
        when=neutral(lambda: step.when),
        due=reckoning.due,
    )
    facts = _facts(obligation, planned, due=reckoning.due, now=now)
    if warning:
        quiet = step.channel == Channel.INBOX
        acts.tell(issue, "deadline-warning", cause=event, to=told, now=now, inbox_only=quiet, **facts)
    else:
        tell_each(escalation, "escalation-step", cause=event, to=told, now=now, **facts)
    if step.kind == StepKind.BREACH and not reckoning.provisional:
        acts.tell(issue, "deadline-breached", cause=event, to=issue.people_of(Party.CLIENT), now=now, **facts)
    return escalation


def _facts(
    obligation: Obligation, planned: Planned, *, due: datetime | None, now: datetime
) -> dict[str, Any]:
    """What the mails of a step say, in the language of the source."""
    return {
        "metric": neutral(obligation.get_metric_display),
        "due_at": due,
        "detected_at": now,
        "role": neutral(planned.step.get_role_display),
        "step": neutral(lambda: planned.step.when),
    }


def cancel_open(obligation: Obligation) -> int:
    """Close the open steps of a clock that has stopped: there is nothing left to take in hand."""
    return Escalation.objects.filter(obligation=obligation, status=Escalation.Status.OPEN).update(
        status=Escalation.Status.CANCELLED
    )


@transaction.atomic
def escalate(*, issue: Issue, reason: str, actor: Membership, now: datetime) -> Escalation:
    """Escalate by hand to senior management, by either party, with a reason."""
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "escalation.raise")
    if not issue.is_live:
        raise Refused(
            _("This issue is %(state)s; there is nothing left to escalate.")
            % {"state": in_sentence(issue.get_state_display())}
        )
    if not reason.strip():
        raise Refused(_("Say why senior management should look at this now."))
    if issue.escalations.filter(step=None, status=Escalation.Status.OPEN).exists():
        raise Refused(_("This issue is escalated already and waits for an acknowledgement."))
    escalation = Escalation.objects.create(
        issue=issue,
        role=Role.SENIOR_MANAGEMENT,
        due_at=now,
        fired_at=now,
        raised_by=actor,
        reason=tidy(reason),
    )
    told = receivers(issue, Role.SENIOR_MANAGEMENT, now=now)
    escalation.told.add(*told)
    event = acts.record(
        issue,
        "escalation.raised",
        actor=actor,
        at=now,
        texts={"reason": reason.strip()},
        escalation=escalation.pk,
        role=escalation.role,
    )
    acts.save(issue, now=now)
    tell_each(
        escalation,
        "escalation-raised",
        cause=event,
        to=told,
        now=now,
        actor=actor,
        reason=reason,
        role=neutral(escalation.get_role_display),
    )
    return escalation


def tell_each(
    escalation: Escalation,
    kind: str,
    *,
    cause: Event,
    to: Iterable[User],
    now: datetime,
    actor: Membership | None = None,
    **facts: Any,
) -> None:
    """Queue the message `kind` for each person of `to`, with the link by which only they acknowledge."""
    quiet = escalation.step is not None and escalation.step.channel == Channel.INBOX
    facts |= {"actor": actor, "inbox_only": quiet and kind == "escalation-step"}
    for user in to:
        link = links.path_for(escalation=escalation.pk, user=user.pk, now=now)
        acts.tell(escalation.issue, kind, cause=cause, to=[user], now=now, ack_url=link, **facts)
