"""What people do with an escalation: acknowledge, take over, hand on, close with an outcome (spec §5)."""

from datetime import datetime

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Party
from slaportal.escalations.models import Acknowledgement, Escalation
from slaportal.escalations.selectors import still_awaited
from slaportal.escalations.services import escalating
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.services import acts, work
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.lib.wording import in_sentence, neutral

ACKNOWLEDGE = "escalation.acknowledge"


@transaction.atomic
def acknowledge(*, escalation: Escalation, actor: Membership, now: datetime) -> None:
    """Say “I have it”: holds back the next step for a time by level. Refuses the second time.

    Where all must acknowledge, that holds from the last of those who were told; until then it stays open.
    """
    issue = escalation.issue
    acts.allow(issue, actor, ACKNOWLEDGE)
    # The row first: of two people at once, the second sees what the first has done.
    open_one = Escalation.objects.filter(pk=escalation.pk, status=Escalation.Status.OPEN)
    if not open_one.update(cycle=F("cycle")):
        escalation.refresh_from_db()
        raise Refused(taken_already(escalation))
    _mine, new = Acknowledgement.objects.get_or_create(
        escalation=escalation, member=actor, defaults={"at": now}
    )
    if not new:
        raise Refused(_("You have acknowledged this escalation already; others still have to."))
    awaited = [str(user) for user in still_awaited(escalation)]
    if not awaited:
        open_one.update(status=Escalation.Status.ACKNOWLEDGED, acknowledged_by=actor, acknowledged_at=now)
    escalation.refresh_from_db()
    event = acts.record(
        issue,
        "escalation.acknowledged",
        actor=actor,
        at=now,
        escalation=escalation.pk,
        role=escalation.role,
        awaited=len(awaited),
    )
    if awaited:
        return
    _plan_anew(escalation, now=now)
    acts.tell(
        issue,
        "escalation-acknowledged",
        cause=event,
        to=issue.people_of(Party.CLIENT),
        now=now,
        actor=actor,
        role=neutral(escalation.get_role_display),
    )


@transaction.atomic
def take_over(*, escalation: Escalation, actor: Membership, now: datetime) -> None:
    """Take the escalation in hand and the issue itself too: acknowledge, and assign the issue to oneself."""
    issue = escalation.issue
    if issue.assigned_to_id != actor.pk:
        work.assign(issue=issue, to=actor, actor=actor, now=now)
    mine = escalation.acknowledgements.filter(member=actor).exists()
    if escalation.status == Escalation.Status.OPEN and not mine:
        acknowledge(escalation=escalation, actor=actor, now=now)


@transaction.atomic
def hand_on(
    *, escalation: Escalation, to: Membership, sentence: str, actor: Membership, now: datetime
) -> None:
    """Hand an escalation on to another person of the vendor, who is asked to acknowledge; until then nobody has it.

    Raises `NotAllowed`; raises `Refused` for a person who is away, who cannot acknowledge, or without a sentence.
    """
    issue = escalation.issue
    acts.claim(issue)
    acts.allow(issue, actor, ACKNOWLEDGE)
    _check_receiver(issue, to, sentence, actor=actor, now=now)
    handed = Escalation.objects.filter(
        pk=escalation.pk, status__in=[Escalation.Status.OPEN, Escalation.Status.ACKNOWLEDGED]
    ).update(status=Escalation.Status.OPEN, acknowledged_by=None, acknowledged_at=None, handed_to=to)
    escalation.refresh_from_db()
    if not handed:
        raise Refused(
            _("This escalation is %(status)s already.")
            % {"status": in_sentence(escalation.get_status_display())}
        )
    escalation.acknowledgements.all().delete()
    escalation.told.add(to.user)
    _plan_anew(escalation, now=now)
    event = acts.record(
        issue,
        "escalation.handed_on",
        actor=actor,
        at=now,
        texts={"reason": sentence},
        escalation=escalation.pk,
        to=to.pk,
        role=to.role,
    )
    acts.save(issue, now=now)
    escalating.tell_each(
        escalation,
        "escalation-handed",
        cause=event,
        to=[to.user],
        now=now,
        actor=actor,
        reason=sentence,
        role=neutral(to.get_role_display),
    )


@transaction.atomic
def close_escalation(*, escalation: Escalation, outcome: str, actor: Membership, now: datetime) -> None:
    """Close an escalation that was raised by hand, saying what came of it; both parties read it.

    What the matrix raised ends with its clock, not by a person.
    """
    issue = escalation.issue
    acts.claim(issue)
    acts.allow(issue, actor, ACKNOWLEDGE)
    if not escalation.by_hand:
        raise Refused(_("An escalation of the matrix ends when its clock is decided."))
    outcome = tidy(outcome)
    if not outcome:
        raise Refused(_("Say what came of it."))
    live = [Escalation.Status.OPEN, Escalation.Status.ACKNOWLEDGED]
    closed = Escalation.objects.filter(pk=escalation.pk, status__in=live).update(
        status=Escalation.Status.CLOSED,
        acknowledged_by=Coalesce("acknowledged_by", actor.pk),
        acknowledged_at=Coalesce("acknowledged_at", Value(now, output_field=DateTimeField())),
        outcome=outcome,
        closed_by=actor,
        closed_at=now,
    )
    escalation.refresh_from_db()
    if not closed:
        raise Refused(
            _("This escalation is %(status)s already.")
            % {"status": in_sentence(escalation.get_status_display())}
        )
    event = acts.record(
        issue,
        "escalation.closed",
        actor=actor,
        at=now,
        texts={"reason": outcome},
        escalation=escalation.pk,
        role=escalation.role,
    )
    acts.save(issue, now=now)
    to = {user.pk: user for user in issue.people_of(Party.CLIENT)}
    if escalation.raised_by is not None:
        to[escalation.raised_by.user_id] = escalation.raised_by.user
    acts.tell(issue, "escalation-closed", cause=event, to=to.values(), now=now, actor=actor, text=outcome)


def taken_already(escalation: Escalation) -> str:
    """Return the sentence for somebody who comes second: who has it, or that it is over."""
    if escalation.status == Escalation.Status.ACKNOWLEDGED and escalation.acknowledged_by:
        return f"This escalation is acknowledged already: {escalation.acknowledged_by.user} has it in hand."
    return f"This escalation is {escalation.get_status_display().lower()} already."


def _plan_anew(escalation: Escalation, *, now: datetime) -> None:
    """Let the watch plan the next step anew: an acknowledgement holds it back, handing on does not."""
    if escalation.obligation_id:
        Obligation.objects.filter(pk=escalation.obligation_id, outcome__in=["", "breached"]).exclude(
            next_look_at=None
        ).update(next_look_at=now)


def _check_receiver(issue: Issue, to: Membership, sentence: str, *, actor: Membership, now: datetime) -> None:
    if to.pk == actor.pk:
        raise Refused(_("Choose somebody else; to keep it, acknowledge it."))
    if not to.active or not acts.can(issue, to, ACKNOWLEDGE):
        raise Refused(
            _("%(user)s cannot acknowledge escalations. Choose a lead or a manager.") % {"user": to.user}
        )
    if to.absences.at(now).exists():
        raise Refused(_("%(user)s is away now. Choose somebody who is there.") % {"user": to.user})
    if not sentence.strip():
        raise Refused(_("Say in a sentence why you hand it on."))
