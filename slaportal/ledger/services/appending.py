"""Appending to the ledger: the only way in."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.db import connection

from slaportal.accounts.models import Membership, Organization
from slaportal.ledger.hashing import digest
from slaportal.ledger.models import ActorKind, Audience, Event, EventText, Unsealed
from slaportal.lib import canonical


def append(
    kind: str,
    *,
    organization: Organization,
    subject: str = "",
    actor: Membership | None,
    at: datetime,
    recorded_at: datetime | None = None,
    audience: Audience = Audience.BOTH,
    data: dict[str, Any] | None = None,
    texts: dict[str, str] | None = None,
    demo: bool = False,
) -> Event:
    """Append one event in the caller's transaction and return it.

    `at` is when it happened, `recorded_at` when the portal learned of it; `data` holds plain values, `texts` what
    people wrote, kept apart so that it can be erased; `demo` marks an event that the vendor's demo world made.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("append() must share its caller's transaction.")
    salts = {name: secrets.token_hex(32) for name in texts or {}}
    known_at = recorded_at or at
    payload = canonical.dumps(
        {
            "v": 1,
            "kind": kind,
            "organization": organization.pk,
            "subject": subject,
            "at": at,
            "recorded_at": known_at,
            "actor": _who(actor),
            "data": data or {},
            "texts": {name: digest(salts[name], text) for name, text in (texts or {}).items()},
        }
    )
    event = Event.objects.create(
        organization=organization,
        subject=subject,
        kind=kind,
        at=at,
        recorded_at=known_at,
        actor=actor,
        actor_kind=_through(actor),
        audience=audience,
        payload=payload,
        payload_sha256=hashlib.sha256(payload.encode()).hexdigest(),
        demo=demo or organization.demo,
    )
    _keep(texts or {}, event, salts)
    return event


def _keep(texts: dict[str, str], event: Event, salts: dict[str, str]) -> None:
    Unsealed.objects.create(event=event)
    for name, text in texts.items():
        EventText.objects.create(event=event, name=name, salt=salts[name], text=text)


def _who(actor: Membership | None) -> dict[str, Any] | None:
    if actor is None:
        return None
    who = {"member": actor.pk, "party": actor.party, "role": actor.role}
    return {**who, "token": actor.through.token} if actor.through else who


def _through(actor: Membership | None) -> ActorKind:
    if actor is None:
        return ActorKind.SYSTEM
    return ActorKind.TOKEN if actor.through else ActorKind.HUMAN
