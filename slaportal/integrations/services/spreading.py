"""From the ledger to deliveries: each endpoint reads each log by position, so no event is passed over or told twice."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from slaportal.accounts.models import Party
from slaportal.integrations.models import Delivery, FeedPlace, WebhookEndpoint
from slaportal.ledger.models import Audience, Leaf, Log
from slaportal.lib.canonical import instant

BATCH: Final = 500


def spread(*, now: datetime) -> int:
    """Make the deliveries of every event sealed since the last time; return how many.

    An endpoint that is disabled keeps its place and reads on from there when it is enabled again.
    """
    made = 0
    for endpoint in WebhookEndpoint.objects.filter(active=True).select_related("organization"):
        for log in logs_of(endpoint):
            while (some := _spread_one(endpoint, log, now=now)) is not None:
                made += some
    return made


def logs_of(endpoint: WebhookEndpoint) -> Iterable[Log]:
    """Return the logs that `endpoint` reads: its organization's, or every one for the vendor."""
    if endpoint.organization.party == Party.VENDOR:
        return Log.objects.order_by("pk")
    return Log.objects.filter(organization=endpoint.organization).order_by("pk")


def begin(endpoint: WebhookEndpoint) -> None:
    """Let a new endpoint begin with what happens from now on."""
    for log in logs_of(endpoint):
        FeedPlace.objects.create(endpoint=endpoint, log=log, position=log.size - 1)


@transaction.atomic
def _spread_one(endpoint: WebhookEndpoint, log: Log, *, now: datetime) -> int | None:
    """Read the next part of one log; None if there is nothing or another process has it."""
    place, _ = FeedPlace.objects.get_or_create(endpoint=endpoint, log=log)
    if place.position >= log.size - 1:
        return None
    leaves = list(
        Leaf.objects.filter(log=log, position__gt=place.position)
        .select_related("event__organization", "event__actor__user")
        .order_by("position")[:BATCH]
    )
    if not leaves:
        return None
    claimed = FeedPlace.objects.filter(pk=place.pk, position=place.position).update(
        position=leaves[-1].position
    )
    if not claimed:
        return None
    made = [_delivery(endpoint, leaf, now) for leaf in leaves if _concerns(endpoint, leaf)]
    Delivery.objects.bulk_create(made)
    return len(made)


def _concerns(endpoint: WebhookEndpoint, leaf: Leaf) -> bool:
    inside = leaf.event.audience == Audience.VENDOR and endpoint.organization.party != Party.VENDOR
    return not inside and endpoint.wants(leaf.event.kind)


def _delivery(endpoint: WebhookEndpoint, leaf: Leaf, now: datetime) -> Delivery:
    return Delivery(
        endpoint=endpoint,
        event=leaf.event,
        message_id=f"evt_{leaf.event_id}",
        kind=leaf.event.kind,
        body=_body(leaf),
        made_at=now,
        next_try_at=now,
    )


def _body(leaf: Leaf) -> str:
    """Return what is sent: what happened, where, and where to read it. No words that people wrote."""
    event = leaf.event
    data: dict[str, Any] = {
        "event": event.pk,
        "position": leaf.position,
        "organization": {"id": event.organization_id, "name": event.organization.name},
        "issue": event.subject or None,
        "url": f"{settings.PORTAL_URL}/api/v1/issues/{event.subject}" if event.subject else None,
        "actor_kind": event.actor_kind,
        "actor_party": event.actor.party if event.actor else None,
        "data": json.loads(event.payload)["data"],
    }
    return written(event.kind, at=event.at, data=data)


def written(kind: str, *, at: datetime, data: dict[str, Any]) -> str:
    """Return the body of a message in the form of Standard Webhooks."""
    return json.dumps({"type": kind, "timestamp": instant(at), "data": data}, ensure_ascii=False)
