"""Standing exceptions: requested, approved by another person, put to the client, reminded of, ended (spec §5)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party, Role, User
from slaportal.escalations.models import SlaException, StandingException
from slaportal.escalations.services import covering
from slaportal.issues.services import periods
from slaportal.ledger import services as ledger
from slaportal.ledger.models import Audience, Event
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.lib.wording import in_sentence, neutral
from slaportal.notifications import services as notifications
from slaportal.policies.models import Agreement, Metric

# So long before its end people hear that a standing exception ends.
REMIND_BEFORE = timedelta(days=7)
LONGEST = timedelta(days=366)
Status = SlaException.Status


def drafted(
    *,
    agreement: Agreement,
    name: str,
    cause: str,
    effect: str,
    metric: str,
    reason: str,
    plan: str,
    begins_at: datetime,
    ends_at: datetime,
    actor: Membership,
    now: datetime,
    source_key: str | None = None,
) -> StandingException:
    """Return the standing exception as it would be requested, unsaved: what a preview is made of.

    Raises `NotAllowed`; raises `Refused` for a time without an end or longer than a year, or without its reasons.
    """
    permissions.require(actor, "exception.request", organization_id=agreement.organization_id)
    _check(cause, effect, metric, begins_at, ends_at)
    for words, text in (
        (_("Give it a name by which both parties know it."), name),
        (_("Document the reason."), reason),
        (_("Document the mitigation plan."), plan),
    ):
        if not text.strip():
            raise Refused(words)
    return StandingException(
        agreement=agreement,
        name=tidy(name),
        cause=cause,
        effect=effect,
        metric=metric,
        reason=tidy(reason),
        plan=tidy(plan),
        begins_at=begins_at,
        ends_at=ends_at,
        requested_by=actor,
        requested_at=now,
        source_key=source_key,
    )


@transaction.atomic
def request_standing(*, actor: Membership, now: datetime, **asked: Any) -> StandingException:
    """Ask, for the vendor, for a departure that covers many issues of an agreement; arguments as of `drafted`."""
    standing = drafted(actor=actor, now=now, **asked)
    standing.save(force_insert=True)
    event = _record(standing, "requested", actor, now, plan=True)
    _tell(standing, "standing-requested", event, _vendor(standing), actor, now)
    return standing


@transaction.atomic
def approve_standing(*, standing: StandingException, actor: Membership, now: datetime) -> None:
    """Approve, as another person of the vendor than the requester, and put it to the client."""
    _allow(standing, actor, "exception.approve")
    if standing.requested_by_id == actor.pk:
        raise Refused(_("You requested this exception; another person must approve it."))
    agreement = standing.agreement
    days = agreement.policy_version.client_answer_days
    answer_due_at = periods.business_days_of(agreement, days, start=now)
    _move(
        standing,
        Status.REQUESTED,
        status=Status.APPROVED,
        approved_by=actor,
        approved_at=now,
        answer_due_at=answer_due_at,
    )
    event = _record(standing, "approved", actor, now)
    _tell(standing, "standing-approved", event, _client(standing), actor, now)


@transaction.atomic
def reject_standing(*, standing: StandingException, reason: str, actor: Membership, now: datetime) -> None:
    """Refuse what was requested, for the vendor, with a reason; the requester may ask anew."""
    _allow(standing, actor, "exception.approve")
    if not reason.strip():
        raise Refused(_("Say why this exception is not granted."))
    _move(standing, Status.REQUESTED, status=Status.REJECTED, contest_reason=tidy(reason))
    event = _record(standing, "rejected", actor, now)
    _tell(standing, "standing-refused", event, [standing.requested_by.user], actor, now)


@transaction.atomic
def accept_standing(*, standing: StandingException, actor: Membership, now: datetime) -> None:
    """Accept, for the client; the watch puts it into effect on every obligation that falls into it."""
    _allow(standing, actor, "exception.accept")
    _accept(standing, at=now, actor=actor, now=now)


@transaction.atomic
def contest_standing(*, standing: StandingException, reason: str, actor: Membership, now: datetime) -> None:
    """Contest, for the client: it has no effect; the strict figure stands alone."""
    _allow(standing, actor, "exception.accept")
    if not reason.strip():
        raise Refused(_("Say in a sentence why you do not accept this exception."))
    _move(
        standing,
        Status.APPROVED,
        status=Status.CONTESTED,
        contest_reason=tidy(reason),
        answered_by=actor,
        answer_due_at=None,
    )
    event = _record(standing, "contested", actor, now)
    _tell(standing, "standing-contested", event, _vendor(standing), actor, now)


@transaction.atomic
def accept_standing_by_silence(*, standing: StandingException, now: datetime) -> bool:
    """Let stand what the client did not answer in its period; whether this call did it."""
    at = standing.answer_due_at
    if standing.status != Status.APPROVED or at is None or at > now:
        return False
    _accept(standing, at=at, actor=None, now=now)
    return True


@transaction.atomic
def remind_of_end(*, standing: StandingException, now: datetime) -> bool:
    """Say that `standing` ends in seven days, to whom it concerns of both parties; whether this call did it."""
    at = standing.remind_at
    claimed = StandingException.objects.filter(pk=standing.pk, remind_at=at).exclude(remind_at=None)
    if at is None or at > now or not claimed.update(remind_at=None):
        return False
    if standing.stops_at <= now:
        return False
    event = _record(standing, "ends_soon", None, at, recorded_at=now)
    _tell(standing, "standing-ends-soon", event, _vendor(standing), None, now)
    _tell(standing, "standing-ends-soon", event, _client(standing), None, now, fyi=True)
    return True


@transaction.atomic
def end_standing(*, standing: StandingException, actor: Membership, now: datetime) -> None:
    """End `standing` before its time; before its beginning, it never comes to be. The client learns of it."""
    _allow(standing, actor, "exception.request")
    if standing.stops_at <= now:
        raise Refused(_("This exception has ended already."))
    _move(standing, Status.ACCEPTED, ended_at=max(now, standing.begins_at), remind_at=None)
    covering.ask_for_looks(standing, now=now)
    event = _record(standing, "ended", actor, now)
    _tell(standing, "standing-ended", event, _client(standing), actor, now)


def _accept(standing: StandingException, *, at: datetime, actor: Membership | None, now: datetime) -> None:
    remind_at = standing.ends_at - REMIND_BEFORE
    _move(
        standing,
        Status.APPROVED,
        status=Status.ACCEPTED,
        answered_by=actor,
        accepted_at=at,
        answer_due_at=None,
        remind_at=remind_at if remind_at > now else None,
    )
    event = _record(standing, "accepted", actor, at, recorded_at=now)
    covering.ask_for_looks(standing, now=now)
    people = {user.pk: user for user in (*_vendor(standing), *_client(standing))}
    _tell(standing, "standing-accepted", event, list(people.values()), actor, now)


def _check(cause: str, effect: str, metric: str, begins_at: datetime, ends_at: datetime) -> None:
    for value, choices in (
        (cause, StandingException.Cause.values),
        (effect, SlaException.Effect.values),
        (metric, ["", *Metric.values]),
    ):
        if value not in choices:
            raise Refused(_("Choose one of %(choices)s.") % {"choices": ", ".join(filter(None, choices))})
    if ends_at <= begins_at:
        raise Refused(_("A standing exception ends after it begins."))
    if ends_at - begins_at > LONGEST:
        raise Refused(_("A standing exception lasts a year at most. Ask for the next one when it ends."))


def _allow(standing: StandingException, actor: Membership, act: str) -> None:
    permissions.require(actor, act, organization_id=standing.agreement.organization_id)


def _move(standing: StandingException, before: str, **columns: Any) -> None:
    """Write `columns` if the status still is `before`: whoever comes second is told what it has become."""
    taken = StandingException.objects.filter(pk=standing.pk, status=before, ended_at=standing.ended_at)
    if not taken.update(**columns):
        standing.refresh_from_db()
        raise Refused(
            _("This exception is %(status)s already.")
            % {"status": in_sentence(standing.get_status_display())}
        )
    for name, value in columns.items():
        setattr(standing, name, value)


def _record(
    standing: StandingException,
    what: str,
    actor: Membership | None,
    at: datetime,
    *,
    plan: bool = False,
    recorded_at: datetime | None = None,
) -> Event:
    texts = {"reason": standing.contest_reason}
    if plan:
        texts = {"name": standing.name, "reason": standing.reason, "plan": standing.plan}
    return ledger.append(
        f"standing.{what}",
        organization=standing.agreement.organization,
        subject=standing.reference,
        actor=actor,
        at=at,
        recorded_at=recorded_at,
        # A request stays with the vendor until it is approved.
        audience=Audience.VENDOR if what in ("requested", "rejected") else Audience.BOTH,
        data={
            "agreement": standing.agreement_id,
            "metric": standing.metric,
            "effect": standing.effect,
            "cause": standing.cause,
            "begins": standing.begins_at,
            "ends": standing.stops_at,
        },
        texts={name: text for name, text in texts.items() if text},
    )


def _vendor(standing: StandingException) -> list[User]:
    """Return who of the vendor answers for exceptions: leads, senior management, and whoever asked."""
    roles = (Role.VENDOR_LEAD, Role.SENIOR_MANAGEMENT)
    found = Membership.objects.filter(active=True, party=Party.VENDOR, role__in=roles)
    people = [one.user for one in found.select_related("user").order_by("pk")]
    return list({user.pk: user for user in (standing.requested_by.user, *people)}.values())


def _client(standing: StandingException) -> list[User]:
    """Return who answers for the client."""
    managers = standing.agreement.organization.memberships.filter(active=True, role=Role.CLIENT_MANAGER)
    return [one.user for one in managers.select_related("user").order_by("pk")]


def _tell(
    standing: StandingException,
    kind: str,
    event: Event,
    to: list[User],
    actor: Membership | None,
    now: datetime,
    *,
    fyi: bool = False,
) -> None:
    context: dict[str, Any] = {
        "title": standing.name,
        "organization": standing.agreement.organization.name,
        "actor": actor.user.name if actor else "",
        "actor_party": neutral(actor.get_party_display) if actor else "",
        "reason": standing.contest_reason or standing.reason,
        "text": standing.plan,
        "step": neutral(standing.get_effect_display),
        "since": standing.begins_at.isoformat(),
        "until": standing.stops_at.isoformat(),
        "answer_by": standing.answer_due_at.isoformat() if standing.answer_due_at else None,
        "url": f"/escalations/standing/{standing.reference}",
        "fyi": fyi,
    }
    notifications.enqueue(
        kind,
        cause=f"event:{event.pk}",
        to=[user for user in to if actor is None or user.pk != actor.user_id],
        context=context,
        now=now,
        demo=standing.agreement.organization.demo,
    )
