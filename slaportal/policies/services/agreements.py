"""Signing an agreement and ending it: at every instant a client has one set of terms or none (spec §1)."""

from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization, Party
from slaportal.accounts.validators import validate_timezone
from slaportal.ledger import services as ledger
from slaportal.policies.models import Agreement, BusinessCalendar, PolicyVersion
from slaportal.policies.services.refusal import PolicyRefused


def sign_agreement(
    *,
    organization: Organization,
    policy_version: PolicyVersion,
    calendar: BusinessCalendar | None,
    timezone: str,
    effective_from: datetime,
    effective_to: datetime | None = None,
    signed_by_client: str,
    signed_by_vendor: str,
    counts_from: datetime | None = None,
    actor: Membership | None,
    now: datetime,
) -> Agreement:
    """Bind a client to a published version from `effective_from` on; no calendar means 24×7.

    An earlier agreement without an end ends where this one begins. Raises `NotAllowed` or `PolicyRefused`: for a
    vendor, an unpublished version, an instant or zone that cannot be read, or a period that overlaps another.
    """
    if actor is not None:
        permissions.require(actor, "agreement.sign", organization_id=organization.pk)
    agreement = Agreement(
        organization=organization,
        policy_version=policy_version,
        calendar=calendar,
        timezone=timezone,
        effective_from=effective_from,
        effective_to=effective_to,
        signed_by_client=signed_by_client.strip(),
        signed_by_vendor=signed_by_vendor.strip(),
        counts_from=counts_from,
    )
    _check(agreement)
    try:
        _sign(agreement, actor=actor, now=now)
    except IntegrityError as error:
        # Somebody signed at the same moment, or issues lie where the earlier agreement would no longer hold.
        raise PolicyRefused(
            _(
                "%(organization)s cannot change agreements on %(when)s: another one was signed in the "
                "meantime, or issues were already reported under the earlier one after that."
            )
            % {"organization": organization, "when": f"{effective_from:%Y-%m-%d %H:%M}"}
        ) from error
    return agreement


@transaction.atomic
def end_agreement(
    agreement: Agreement, *, at: datetime, actor: Membership | None, now: datetime
) -> Agreement:
    """Let `agreement` end at `at`, which lies in the future: what was reported under it stays judged by it.

    Raises `NotAllowed` or `PolicyRefused`.
    """
    if actor is not None:
        permissions.require(actor, "agreement.sign", organization_id=agreement.organization_id)
    _aware(at, "the end")
    if at <= agreement.effective_from:
        raise PolicyRefused(_("An agreement ends after it begins."))
    if at < now:
        raise PolicyRefused(_("An agreement ends now or later; it cannot be taken back for the past."))
    if agreement.effective_to is not None and agreement.effective_to <= now:
        raise PolicyRefused(
            _("This agreement ended on %(day)s. Sign a new one instead.")
            % {"day": _day(agreement.effective_to)}
        )
    for other in _others(agreement):
        if agreement.effective_from < other.effective_from < at:
            raise PolicyRefused(
                _("The next agreement begins on %(day)s.") % {"day": _day(other.effective_from)}
            )
    _end(agreement, at=at, actor=actor, now=now)
    return agreement


@transaction.atomic
def _sign(agreement: Agreement, *, actor: Membership | None, now: datetime) -> None:
    for other in _others(agreement):
        begins_before = other.effective_from < agreement.effective_from
        if begins_before and other.effective_to is None:
            _end(other, at=agreement.effective_from, actor=actor, now=now)
        elif _overlap(agreement, other):
            raise PolicyRefused(
                _("%(organization)s already has an agreement %(period)s. Choose a period before or after it.")
                % {"organization": agreement.organization, "period": _period(other)}
            )
    agreement.save(force_insert=True)
    ledger.append(
        "agreement.signed",
        organization=agreement.organization,
        actor=actor,
        at=now,
        data={
            "agreement": agreement.pk,
            "policy": agreement.policy_version.policy.key,
            "version": agreement.policy_version.number,
            "terms": agreement.policy_version.content_hash,
            "calendar": agreement.calendar.key if agreement.calendar else None,
            "calendar_version": agreement.calendar.version if agreement.calendar else None,
            "timezone": agreement.timezone,
            "from": agreement.effective_from,
            "to": agreement.effective_to,
            "counts_from": agreement.counts_from,
        },
        texts={
            "signed_by_client": agreement.signed_by_client,
            "signed_by_vendor": agreement.signed_by_vendor,
        },
    )


def _end(agreement: Agreement, *, at: datetime, actor: Membership | None, now: datetime) -> None:
    agreement.effective_to = at
    agreement.save(update_fields=["effective_to"])
    ledger.append(
        "agreement.ended",
        organization=agreement.organization,
        actor=actor,
        at=now,
        data={"agreement": agreement.pk, "to": at},
    )


def _check(agreement: Agreement) -> None:
    """Refuse what could never be signed, with a sentence."""
    if agreement.organization.party != Party.CLIENT:
        raise PolicyRefused(
            _("%(organization)s is the vendor; an agreement is signed with a client.")
            % {"organization": agreement.organization}
        )
    if not agreement.policy_version.published:
        raise PolicyRefused(
            _("%(version)s is a draft. Publish it before anybody signs it.")
            % {"version": agreement.policy_version}
        )
    _aware(agreement.effective_from, "the beginning")
    for instant, name in (
        (agreement.effective_to, "the end"),
        (agreement.counts_from, "the first counted instant"),
    ):
        if instant is not None:
            _aware(instant, name)
    if agreement.effective_to is not None and agreement.effective_to <= agreement.effective_from:
        raise PolicyRefused(_("An agreement ends after it begins."))
    try:
        validate_timezone(agreement.timezone)
    except ValidationError as error:
        raise PolicyRefused(" ".join(error.messages)) from error
    if not agreement.signed_by_client or not agreement.signed_by_vendor:
        raise PolicyRefused(_("Name the person of each party who signed off."))


def _aware(instant: datetime, name: str) -> None:
    if instant.utcoffset() is None:
        raise PolicyRefused(
            _("Give %(name)s of the agreement with its time zone; %(instant)s has none.")
            % {"name": name, "instant": instant.isoformat()}
        )


def _others(agreement: Agreement) -> list[Agreement]:
    others = Agreement.objects.filter(organization=agreement.organization_id).exclude(pk=agreement.pk)
    return list(others.select_related("organization").order_by("effective_from"))


def _overlap(one: Agreement, other: Agreement) -> bool:
    return (one.effective_to is None or other.effective_from < one.effective_to) and (
        other.effective_to is None or one.effective_from < other.effective_to
    )


def _period(agreement: Agreement) -> str:
    end = f"to {_day(agreement.effective_to)}" if agreement.effective_to else "without an end"
    return f"from {_day(agreement.effective_from)} {end}"


def _day(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
