"""A change of an agreement: offered with its effect, signed by a person of each party, applied to open issues (spec §1)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization, Party, Role, User
from slaportal.feedback.models import AgreementChange, WhatIf
from slaportal.feedback.selectors.changing import agreement_now, impact
from slaportal.issues.models import Issue
from slaportal.issues.services.acts import Conflict
from slaportal.issues.services.terms import apply_terms
from slaportal.ledger import services as ledger
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications import services as notifications
from slaportal.policies.models import Agreement, PolicyVersion
from slaportal.policies.services import sign_agreement

SIGNERS = {Party.CLIENT: Role.CLIENT_MANAGER, Party.VENDOR: Role.SENIOR_MANAGEMENT}
BATCH = 100


@transaction.atomic
def offer_change(
    *,
    version: PolicyVersion,
    organization: Organization,
    effective_from: datetime,
    applies_to_open: bool,
    actor: Membership,
    now: datetime,
) -> AgreementChange:
    """Ask both parties to sign `version` for `organization`, in its present hours, with the effect as it is now.

    Raises `NotAllowed`, or `Refused` for a draft, a beginning that is over, and while another change is to be signed.
    """
    permissions.require(actor, "agreement.offer", organization_id=organization.pk)
    current = _agreement_to_change(version, organization, effective_from=effective_from, now=now)
    effect = impact(version, organization=organization, now=now)
    change = AgreementChange(
        organization=organization,
        version=version,
        calendar=current.calendar,
        timezone=current.timezone,
        effective_from=effective_from,
        applies_to_open=applies_to_open,
        what_if=WhatIf.objects.filter(
            version=version, organization=organization, finished_at__isnull=False
        ).first(),
        open_issues=effect.open_issues,
        moves=len(effect.moves),
        offered_by=actor,
        offered_at=now,
    )
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(_("Another change waits for signatures. Sign or withdraw it first.")) from error
    event = _record(
        change,
        "agreement.change_offered",
        actor=actor,
        now=now,
        **{
            "from": effective_from,
            "open": applies_to_open,
            "issues": change.open_issues,
            "moves": change.moves,
        },
    )
    _tell(change, "change-offered", cause=event, to=_signers(change), actor=None, now=now)
    return change


@transaction.atomic
def sign_change(*, change: AgreementChange, actor: Membership, now: datetime) -> AgreementChange:
    """Sign for one's own party; with the second signature the agreement is signed and binds from its beginning.

    Where the beginning has passed meanwhile, it is the second signature. Raises `NotAllowed` or `Refused`.
    """
    permissions.require(actor, "agreement.sign", organization_id=change.organization_id)
    column = "client_signed" if actor.party == Party.CLIENT else "vendor_signed"
    taken = (
        AgreementChange.objects.to_sign()
        .filter(pk=change.pk, **{f"{column}_by__isnull": True})
        .update(**{f"{column}_by": actor, f"{column}_at": now})
    )
    if not taken:
        raise Refused(_("Your party has signed it already, or it is withdrawn."))
    change = AgreementChange.objects.select_related(
        "organization", "version__policy", "calendar", "client_signed_by__user", "vendor_signed_by__user"
    ).get(pk=change.pk)
    _record(change, "agreement.change_signed", actor=actor, now=now)
    if change.client_signed_by is None or change.vendor_signed_by is None:
        return change
    change.effective_from = max(change.effective_from, now)
    change.agreement = sign_agreement(
        organization=change.organization,
        policy_version=change.version,
        calendar=change.calendar,
        timezone=change.timezone,
        effective_from=change.effective_from,
        signed_by_client=change.client_signed_by.user.name,
        signed_by_vendor=change.vendor_signed_by.user.name,
        actor=actor,
        now=now,
    )
    change.save(update_fields=["effective_from", "agreement"])
    event = _record(
        change,
        "agreement.change_agreed",
        actor=None,
        now=now,
        agreement=change.agreement.pk,
        open=change.applies_to_open,
    )
    _tell(change, "change-signed", cause=event, to=_signers(change), actor=None, now=now)
    return change


@transaction.atomic
def withdraw_change(*, change: AgreementChange, actor: Membership, now: datetime) -> None:
    """Take an offer back before both have signed. Raises `NotAllowed` or `Refused`."""
    permissions.require(actor, "agreement.offer", organization_id=change.organization_id)
    if not AgreementChange.objects.to_sign().filter(pk=change.pk).update(withdrawn_at=now):
        raise Refused(_("It is signed or withdrawn already."))
    change.refresh_from_db()
    _record(change, "agreement.change_withdrawn", actor=actor, now=now)


def apply_changes(*, now: datetime) -> int:
    """Apply signed changes that are in effect to the issues that are still open; return how many issues were reached.

    Each issue is an act of its own: one that somebody changes at the same moment is reached in the next round.
    """
    return sum(_apply(change, now=now) for change in AgreementChange.objects.to_apply(now))


def _agreement_to_change(
    version: PolicyVersion, organization: Organization, *, effective_from: datetime, now: datetime
) -> Agreement:
    """Return the agreement that `version` would follow. Raises `Refused` where it cannot."""
    current = agreement_now(organization, now=now)
    if not version.published:
        raise Refused(_("%(version)s is a draft. Publish it before anybody signs it.") % {"version": version})
    if current is None:
        raise Refused(_("There is no agreement to change yet; sign the first one in the admin."))
    if current.policy_version_id == version.pk:
        raise Refused(_("%(version)s is what the client has already.") % {"version": version})
    if effective_from <= now or effective_from <= current.effective_from:
        raise Refused(_("A change begins in the future, and after the agreement that it follows."))
    return current


def _apply(change: AgreementChange, *, now: datetime) -> int:
    assert change.agreement is not None
    reached = 0
    left = (
        Issue.objects.filter(organization=change.organization_id).live().exclude(agreement=change.agreement)
    )
    issues = left.filter(submitted_at__lt=change.agreement.effective_from).select_related(
        "organization", "agreement__policy_version", "agreement__calendar"
    )
    for issue in issues.order_by("pk")[:BATCH]:
        try:
            apply_terms(issue=issue, agreement=change.agreement, now=now)
        except (Conflict, Refused):
            continue  # Changed or ended at this very moment: looked at again in the next round.
        reached += 1
    mine = AgreementChange.objects.filter(pk=change.pk)
    if reached:
        change.refresh_from_db()
        mine.update(applied=change.applied + reached)
    if not issues.exists():
        mine.filter(applied_at__isnull=True).update(applied_at=now)
    return reached


def _record(
    change: AgreementChange, kind: str, *, actor: Membership | None, now: datetime, **data: Any
) -> Event:
    return ledger.append(
        kind,
        organization=change.organization,
        actor=actor,
        at=now,
        data={
            "change": change.pk,
            "policy": change.version.policy.key,
            "version": change.version.number,
            "terms": change.version.content_hash,
            **data,
        },
    )


def _signers(change: AgreementChange) -> list[User]:
    client = Membership.objects.filter(
        organization=change.organization, role=SIGNERS[Party.CLIENT], active=True
    )
    vendor = Membership.objects.filter(party=Party.VENDOR, role=SIGNERS[Party.VENDOR], active=True)
    return [one.user for one in (client | vendor).select_related("user")]


def _tell(
    change: AgreementChange,
    kind: str,
    *,
    cause: Event,
    to: Iterable[User],
    actor: Membership | None,
    now: datetime,
) -> None:
    notifications.enqueue(
        kind,
        cause=f"event:{cause.pk}",
        to=to,
        context={
            "title": str(change.version),
            "organization": change.organization.name,
            "actor": actor.user.name if actor else "",
            "since": change.effective_from,
            "moves": change.moves if change.applies_to_open else None,
            "url": f"/agreement-changes/{change.pk}",
        },
        now=now,
        demo=change.organization.demo,
    )
