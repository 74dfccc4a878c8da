"""Erasing what people wrote: the text and its salt go, the event with its hash stays, and a tombstone says who and why."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.ledger.models import Audience, Event, EventText
from slaportal.ledger.services.appending import append
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy

ERASED = "text.erased"


@transaction.atomic
def erase_texts(
    *, event: Event, names: Sequence[str], reason: str, actor: Membership, now: datetime
) -> Event:
    """Erase the texts `names` of `event` for ever and return the tombstone. The sealed history stays provable.

    Without text and salt nobody can find out what was written, not even by trying. Raises `NotAllowed`, or `Refused`
    without a reason or for a text that is not there.
    """
    permissions.require(actor, "ledger.erase", organization_id=event.organization_id)
    why = tidy(reason)
    if not why:
        raise Refused(_("Say why, without repeating what is erased."))
    found = EventText.objects.filter(event=event, name__in=names)
    missing = set(names) - set(found.values_list("name", flat=True))
    if missing or not names:
        raise Refused(_("There is no such text: %(names)s.") % {"names": ", ".join(sorted(missing)) or "–"})
    found.delete()
    return append(
        ERASED,
        organization=event.organization,
        subject=event.subject,
        actor=actor,
        at=now,
        audience=Audience(event.audience),
        data={"event": event.pk, "names": sorted(names)},
        texts={"reason": why},
        demo=event.demo,
    )
