"""Absences: entered by people for themselves, by leads for others; they never leave escalations without a reader."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party, Role
from slaportal.escalations.models import Absence
from slaportal.escalations.selectors import holders
from slaportal.ledger import services as ledger
from slaportal.ledger.models import Audience
from slaportal.lib.refusal import Refused

WHO = "absence.enter"


@transaction.atomic
def enter_absence(
    *,
    member: Membership,
    begins_at: datetime,
    ends_at: datetime,
    deputy: Membership | None,
    actor: Membership,
    now: datetime,
) -> Absence:
    """Say that `member` is away in `[begins_at, ends_at)` and that `deputy` gets their escalations meanwhile.

    Raises `NotAllowed`; raises `Refused` where it would leave nobody of the vendor to escalate to.
    """
    _require(actor, member)
    if member.party != Party.VENDOR or not member.active:
        raise Refused(_("Absences are for people of the vendor who work here now."))
    if ends_at <= begins_at:
        raise Refused(_("An absence ends after it begins."))
    if ends_at <= now:
        raise Refused(_("This absence is over already."))
    if deputy is not None:
        _check_deputy(member, deputy)
    if member.absences.overlapping(begins_at, ends_at).exists():
        raise Refused(
            _("%(user)s is away in a part of this time already. End that absence first.")
            % {"user": member.user}
        )
    absence = Absence.objects.create(
        member=member,
        begins_at=begins_at,
        ends_at=ends_at,
        deputy=deputy,
        entered_by=actor,
        entered_at=now,
    )
    _somebody_stays(absence, now=now)
    _record("absence.entered", absence, actor, now)
    return absence


@transaction.atomic
def end_absence(*, absence: Absence, actor: Membership, now: datetime) -> None:
    """Say that the person is back: an absence that has begun ends now, one to come is taken out."""
    _require(actor, absence.member)
    if absence.ends_at <= now:
        raise Refused(_("This absence is over already."))
    _record("absence.ended", absence, actor, now)
    if absence.begins_at < now:
        absence.ends_at = now
        absence.save(update_fields=["ends_at"])
    else:
        absence.delete()


def _require(actor: Membership, member: Membership) -> None:
    permissions.require(actor, WHO, organization_id=member.organization_id, own=member.pk == actor.pk)


def _check_deputy(member: Membership, deputy: Membership) -> None:
    if deputy.pk == member.pk:
        raise Refused(_("Another person must be the deputy."))
    if not permissions.may(deputy, "escalation.acknowledge"):
        raise Refused(
            _("%(user)s cannot acknowledge escalations; choose an agent, a lead or a manager.")
            % {"user": deputy.user}
        )


def _somebody_stays(absence: Absence, *, now: datetime) -> None:
    """Refuse if at some instant of the absence no escalation would reach anybody of the vendor."""
    overlapping = Absence.objects.overlapping(absence.begins_at, absence.ends_at)
    begins = [one.begins_at for one in overlapping]
    for instant in sorted({max(one, absence.begins_at, now) for one in begins}):
        if not holders(Role.SENIOR_MANAGEMENT, now=instant):
            raise Refused(
                _(
                    "On %(day)s nobody would be left to whom an overdue issue "
                    "could be escalated. Name a deputy who is there."
                )
                % {"day": f"{instant:%Y-%m-%d}"}
            )


def _record(kind: str, absence: Absence, actor: Membership, now: datetime) -> None:
    ledger.append(
        kind,
        organization=absence.member.organization,
        actor=actor,
        at=now,
        audience=Audience.VENDOR,
        data={
            "member": absence.member_id,
            "from": absence.begins_at,
            "to": absence.ends_at,
            "deputy": absence.deputy_id,
        },
    )
