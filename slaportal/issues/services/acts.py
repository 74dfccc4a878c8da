"""What every act on an issue begins and ends with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import F
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, User
from slaportal.issues.models import Issue
from slaportal.ledger import services as ledger
from slaportal.ledger.models import Audience, Event
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.lib.wording import neutral
from slaportal.notifications import services as notifications


class Conflict(Refused):
    """Somebody else changed the issue in the meantime."""

    code: ClassVar[str] = "changed_meanwhile"


def claim(issue: Issue) -> None:
    """Take the issue for this transaction by compare-and-swap on its version. Raises `Conflict`."""
    taken = Issue.objects.filter(pk=issue.pk, version=issue.version).update(version=F("version") + 1)
    if not taken:
        raise Conflict(
            _(
                "Somebody else changed this issue a moment ago. Look at "
                "what is new and do it again if it still fits."
            )
        )
    issue.version += 1


def allow(issue: Issue, actor: Membership, act: str) -> None:
    """Raise `NotAllowed` unless `actor` may do `act` on `issue` (permissions.csv)."""
    own = permissions.scope(actor.role, act) == permissions.OWN and issue.belongs_to(actor)
    permissions.require(actor, act, organization_id=issue.organization_id, own=own)


def can(issue: Issue, actor: Membership | None, act: str) -> bool:
    """Whether `actor` has the right to `act` on `issue`; whether it is possible now is another question."""
    if actor is None:
        return False
    try:
        allow(issue, actor, act)
    except permissions.NotAllowed:
        return False
    return True


def save(issue: Issue, *fields: str, now: datetime) -> None:
    """Write the named columns and the instant of the last change."""
    issue.updated_at = now
    issue.save(update_fields=[*fields, "updated_at"])


def record(
    issue: Issue,
    kind: str,
    *,
    actor: Membership | None,
    at: datetime,
    recorded_at: datetime | None = None,
    audience: Audience = Audience.BOTH,
    texts: dict[str, str] | None = None,
    **data: Any,
) -> Event:
    """Append the ledger event of an act on `issue`."""
    return ledger.append(
        kind,
        organization=issue.organization,
        subject=issue.reference,
        actor=actor,
        at=at,
        recorded_at=recorded_at,
        audience=audience,
        data=data,
        texts={name: tidy(text) for name, text in (texts or {}).items() if text},
    )


def tell(
    issue: Issue,
    kind: str,
    *,
    cause: Event,
    to: Iterable[User],
    now: datetime,
    actor: Membership | None = None,
    inbox_only: bool = False,
    **extra: Any,
) -> None:
    """Queue the message `kind` about `issue` for everybody in `to` but the person who acted; `inbox_only`: no mail."""
    if notifications.is_silenced():
        return
    due = {obligation.metric: obligation.due_at for obligation in issue.obligations.all()}
    context = {
        "reference": issue.reference,
        "title": issue.title,
        "organization": issue.organization.name,
        "level": neutral(issue.get_level_display),
        "provisional": issue.provisional,
        "actor": actor.user.name if actor else "",
        "actor_party": neutral(actor.get_party_display) if actor else "",
        "respond_by": None if issue.responded_at else _iso(due.get("response")),
        "resolve_by": _iso(due.get("resolution")),
        "url": f"/issues/{issue.reference}",
        **{name: _plain(value) for name, value in extra.items()},
    }
    notifications.enqueue(
        kind,
        cause=f"event:{cause.pk}",
        to=[user for user in to if actor is None or user.pk != actor.user_id],
        context=context,
        subject_reference=issue.reference,
        now=now,
        demo=issue.demo,
        inbox_only=inbox_only,
    )


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case str():
            return tidy(value)
        case _:
            return value
