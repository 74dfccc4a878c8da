"""What of an event is hashed into its log, and what must agree with it."""

import hashlib
import json
from collections.abc import Iterator

from slaportal.ledger.models import Event
from slaportal.lib import canonical


def entry(event: Event, position: int) -> bytes:
    """Return the bytes of an event's leaf: its payload by hash, and the columns that the payload does not hold."""
    return canonical.dumps(
        {
            "actor_kind": event.actor_kind,
            "audience": event.audience,
            "event": event.pk,
            "payload_sha256": event.payload_sha256,
            "position": position,
            "v": 1,
        }
    ).encode()


def disagreements(event: Event) -> Iterator[str]:
    """Yield in words where an event does not agree with its own payload."""
    if hashlib.sha256(event.payload.encode()).hexdigest() != event.payload_sha256:
        yield "its payload does not have the recorded hash"
        return
    said = json.loads(event.payload)
    columns = {
        "kind": event.kind,
        "organization": event.organization_id,
        "subject": event.subject,
        "at": canonical.instant(event.at),
        "recorded_at": canonical.instant(event.recorded_at),
    }
    for name, value in columns.items():
        if said[name] != value:
            yield f"its {name} is {value!r}, its payload says {said[name]!r}"
    actor = said["actor"]["member"] if said["actor"] else None
    if actor != event.actor_id:
        yield f"its actor is {event.actor_id!r}, its payload says {actor!r}"
