"""Findings: raised by those who audit, owned by the party that puts them right, closed and followed up."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.reports.models import Audit, Finding, FollowUp
from slaportal.reports.services.audits.reviewing import begin, next_number
from slaportal.reports.services.audits.telling import record, tell


@transaction.atomic
def raise_finding(*, audit: Audit, text: str, actor: Membership, now: datetime) -> Finding:
    """Write a finding that rests on no single record. Raises `NotAllowed` or `Refused`."""
    begin(audit, actor)
    finding = Finding.objects.create(
        audit=audit,
        number=next_number(audit),
        text=_said(text, _("Say what was found.")),
        raised_at=now,
        raised_by=actor,
    )
    record(
        audit,
        "audit.finding_raised",
        actor=actor,
        now=now,
        texts={"text": finding.text},
        finding=finding.number,
    )
    return finding


@transaction.atomic
def assign_finding(
    *, finding: Finding, owner: Membership, due_on: date, actor: Membership, now: datetime
) -> Finding:
    """Name who puts a finding right and by when; also after the audit was signed, while it is open.

    Raises `NotAllowed`, or `Refused` for somebody who has nothing to do with this client.
    """
    audit = finding.audit
    organization = audit.agreement.organization_id
    if not permissions.may(actor, "audit.review", organization_id=organization):
        permissions.require(actor, "audit.own", organization_id=organization)
    _require_open(finding)
    if not owner.active or (owner.party == Party.CLIENT and owner.organization_id != organization):
        raise Refused(_("Choose somebody of the client or of the vendor."))
    if due_on <= now.date():
        raise Refused(_("The date lies ahead: until then it is put right."))
    finding.owner, finding.due_on = owner, due_on
    finding.save(update_fields=["owner", "due_on"])
    event = record(
        audit,
        "audit.finding_assigned",
        actor=actor,
        now=now,
        finding=finding.number,
        owner=owner.pk,
        due_on=due_on.isoformat(),
    )
    tell(
        audit,
        "audit-finding",
        cause=event,
        now=now,
        actor=actor,
        to=[owner.user],
        text=finding.text,
        finding=finding.number,
        due_on=due_on.isoformat(),
    )
    return finding


@transaction.atomic
def close_finding(*, finding: Finding, outcome: str, actor: Membership, now: datetime) -> Finding:
    """Close a finding with what was done about it. Raises `NotAllowed` or `Refused`."""
    audit = finding.audit
    permissions.require(actor, "audit.review", organization_id=audit.agreement.organization_id)
    _require_open(finding)
    said = _said(outcome, _("Say what was done about it."))
    closed = Finding.objects.filter(pk=finding.pk, closed_at=None).update(
        outcome=said, closed_at=now, closed_by=actor
    )
    if not closed:
        raise Refused(_("This finding is closed already."))
    finding.refresh_from_db()
    record(
        audit, "audit.finding_closed", actor=actor, now=now, texts={"outcome": said}, finding=finding.number
    )
    return finding


@transaction.atomic
def follow_up(
    *, audit: Audit, finding: Finding, done: bool, note: str, actor: Membership, now: datetime
) -> FollowUp:
    """Write in `audit` what became of an earlier audit's finding; done closes it. Raises `NotAllowed` or `Refused`."""
    begin(audit, actor)
    earlier = finding.audit
    if earlier.agreement.organization_id != audit.agreement.organization_id or earlier.ends > audit.begins:
        raise Refused(_("Only findings of this client's earlier audits are followed up here."))
    said = _said(note, _("Say what you saw."))
    if done and finding.closed_at is None:
        close_finding(finding=finding, outcome=said, actor=actor, now=now)
    seen, _made = FollowUp.objects.update_or_create(
        audit=audit, finding=finding, defaults={"done": done, "note": said, "at": now, "by": actor}
    )
    record(
        audit,
        "audit.followed_up",
        actor=actor,
        now=now,
        texts={"note": said},
        earlier=earlier.reference,
        finding=finding.number,
        done=done,
    )
    return seen


def _require_open(finding: Finding) -> None:
    if finding.closed_at is not None:
        raise Refused(_("This finding is closed already."))


def _said(text: str, otherwise: str) -> str:
    said = tidy(text)
    if not said:
        raise Refused(otherwise)
    return said
