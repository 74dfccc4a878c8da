"""How the services of the agreement say no, and how they write to the ledger."""

from datetime import datetime
from typing import Any

from slaportal.accounts.models import Membership, Organization, Party
from slaportal.ledger import services as ledger
from slaportal.ledger.models import Audience
from slaportal.lib.refusal import Refused


class PolicyRefused(Refused):
    """The act is not possible; the message is a sentence for the person who tried. Nothing is saved."""


def record_for_vendor(
    kind: str,
    *,
    actor: Membership | None,
    now: datetime,
    audience: Audience,
    demo: bool,
    data: dict[str, Any],
) -> None:
    """Append an event about policies or calendars, which belong to the vendor.

    Before the vendor's organization exists there is nobody whose history it could be, and nothing is written.
    """
    vendor = Organization.objects.filter(party=Party.VENDOR).first()
    if vendor is not None:
        ledger.append(kind, organization=vendor, actor=actor, at=now, audience=audience, data=data, demo=demo)
