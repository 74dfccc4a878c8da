"""What every act of an audit ends with: its event in the ledger of the client, and a word to those concerned."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from slaportal.accounts.models import Membership, Party, Role, User
from slaportal.ledger import services as ledger
from slaportal.ledger.models import Event
from slaportal.notifications import services as notifications
from slaportal.reports.models import Audit
from slaportal.reports.quarters import name_of

CLIENT = (Role.CLIENT_AUDITOR, Role.AUDITOR, Role.CLIENT_MANAGER)


def record(
    audit: Audit,
    kind: str,
    *,
    actor: Membership | None,
    now: datetime,
    texts: dict[str, str] | None = None,
    **data: Any,
) -> Event:
    """Append the event of an act on `audit`."""
    return ledger.append(
        kind,
        organization=audit.agreement.organization,
        actor=actor,
        at=now,
        data={"audit": audit.reference, **data},
        texts={name: text for name, text in (texts or {}).items() if text},
        demo=audit.demo,
    )


def tell(
    audit: Audit,
    kind: str,
    *,
    cause: Event,
    now: datetime,
    actor: Membership | None = None,
    to: list[User] | None = None,
    **extra: Any,
) -> None:
    """Queue `kind` for `to`, else for those who audit for the client and the vendor's senior management."""
    if notifications.is_silenced():
        return
    notifications.enqueue(
        kind,
        cause=f"event:{cause.pk}",
        to=[user for user in to or _concerned(audit) if actor is None or user.pk != actor.user_id],
        context={
            "reference": audit.reference,
            "organization": audit.agreement.organization.name,
            "quarter": name_of(audit.begins, audit.timezone),
            "actor": actor.user.name if actor else "",
            "url": reverse("audits:audit", args=[audit.reference]),
            **extra,
        },
        now=now,
        demo=audit.demo,
    )


def _concerned(audit: Audit) -> list[User]:
    organization = audit.agreement.organization_id
    members = Membership.objects.filter(active=True, user__is_active=True)
    client = members.filter(organization=organization, role__in=CLIENT)
    vendor = members.filter(party=Party.VENDOR, role=Role.SENIOR_MANAGEMENT)
    return list(User.objects.filter(memberships__in=client | vendor).distinct().order_by("pk"))
