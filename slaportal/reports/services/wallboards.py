"""Opening and revoking wallboards."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization
from slaportal.ledger import services as ledger
from slaportal.ledger.models import Audience
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy_line
from slaportal.reports.models import Wallboard
from slaportal.reports.selectors.viewpoints import clients_of
from slaportal.reports.selectors.wallboards import secret_hash

LONGEST: Final = timedelta(days=366)


@transaction.atomic
def open_wallboard(
    *,
    actor: Membership,
    name: str,
    client: Organization | None,
    shows_names: bool,
    expires_at: datetime,
    now: datetime,
) -> tuple[Wallboard, str]:
    """Return a new wallboard of one client, or of all that `actor` sees, and its secret, which nobody can read again.

    Raises `NotAllowed`, or `Refused` for a client that `actor` may not see or a life of more than a year.
    """
    permissions.require(actor, "wallboard.open", organization_id=client.pk if client else None)
    if client is None and not actor.is_vendor:
        client = actor.organization
    if client is not None and not clients_of(actor).filter(pk=client.pk).exists():
        raise Refused(_("Choose a client whose issues you may read."))
    name = tidy_line(name)[:80]
    if not name:
        raise Refused(_("Name the place where the screen hangs."))
    if not now < expires_at <= now + LONGEST:
        raise Refused(_("A wallboard ends after today and within a year; open a new one then."))
    secret = secrets.token_urlsafe(32)
    wallboard = Wallboard.objects.create(
        name=name,
        client=client,
        shows_names=shows_names,
        secret_hash=secret_hash(secret),
        language=actor.user.language,
        timezone=actor.user.timezone,
        opened_by=actor,
        created_at=now,
        expires_at=expires_at,
    )
    _record("wallboard.opened", wallboard, actor=actor, now=now, names=shows_names, expires_at=expires_at)
    return wallboard, secret


@transaction.atomic
def revoke_wallboard(*, wallboard: Wallboard, actor: Membership, now: datetime) -> None:
    """Let a wallboard go dark, within seconds also where it is open. Raises `NotAllowed`, `Refused` when it is already."""
    permissions.require(actor, "wallboard.revoke", organization_id=wallboard.opened_by.organization_id)
    done = Wallboard.objects.filter(pk=wallboard.pk, revoked_at=None).update(revoked_at=now, revoked_by=actor)
    if not done:
        raise Refused(_("This wallboard was revoked already."))
    wallboard.refresh_from_db()
    _record("wallboard.revoked", wallboard, actor=actor, now=now)


def _record(kind: str, wallboard: Wallboard, *, actor: Membership, now: datetime, **data: object) -> None:
    """Write it into the ledger: of the client whose issues are shown, who reads it too; else of the vendor alone."""
    ledger.append(
        kind,
        organization=wallboard.client or actor.organization,
        actor=actor,
        at=now,
        audience=Audience.BOTH if wallboard.client_id else Audience.VENDOR,
        data={"wallboard": wallboard.pk, **data},
        texts={"name": wallboard.name},
    )
