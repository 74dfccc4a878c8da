"""People and messages for the tests of the letterbox, which knows no organizations."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from slaportal.accounts.models import User
from slaportal.notifications import services
from slaportal.notifications.models import Message

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)

# Every key that the services of issues and escalations may pass.
FULL: dict[str, Any] = {
    "reference": "ISS-7Q4K2M9D",
    "title": "Export of the <monthly> report fails",
    "organization": "Northwind & Sons",
    "level": "High",
    "provisional": True,
    "old_level": "Medium",
    "new_level": "High",
    "actor": "Meera Nair",
    "actor_party": "Vendor",
    "reason": "Only one customer is affected.\n\nThere is a workaround.",
    "text": "We found the cause <in the exporter> & are fixing it.",
    "respond_by": "2026-11-24T14:30:00+00:00",
    "resolve_by": "2026-11-27T08:30:00+00:00",
    "answer_by": "2026-11-25T16:00:00+00:00",
    "confirm_by": "2026-12-01T16:00:00+00:00",
    "due_at": "2026-11-27T08:30:00+00:00",
    "detected_at": "2026-11-27T08:30:04+00:00",
    "metric": "Resolution",
    "role": "Senior management",
    "step": "the deadline passed two hours ago",
    "url": "/issues/ISS-7Q4K2M9D",
    "stage": "Fixing",
    "percent": 60,
    "waiting_on": "client",
    "stops_clock": True,
    "upheld": True,
    "other": "ISS-2B3C4D5E",
}


def make_person(email: str = "meera@client.example", **fields: Any) -> User:
    """A person with a name, in Berlin unless told otherwise."""
    return User.objects.create_user(
        email, **{"name": "Meera Nair", "timezone": "Europe/Berlin", "language": "en", **fields}
    )


def owe(
    *people: User,
    kind: str = "issue-received",
    cause: str = "event:1",
    now: datetime = NOW,
    context: dict[str, Any] | None = None,
    demo: bool = False,
) -> Message:
    """Enqueue as a service would, in a transaction, and return the (last) row."""
    with transaction.atomic():
        services.enqueue(
            kind,
            cause=cause,
            to=people,
            context=FULL if context is None else context,
            subject_reference="ISS-7Q4K2M9D",
            now=now,
            demo=demo,
        )
    return Message.objects.latest("pk")
