"""The dead man's switch: each loop notices when the other stands still, and says so once.

The delivery tells people of the vendor that the watch is silent. The watch can only write into the log and onto the
pages that the delivery is: a message about it would not leave.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from slaportal.accounts.models import Role
from slaportal.escalations.models import Standstill
from slaportal.escalations.selectors import holders
from slaportal.notifications import selectors as letterbox
from slaportal.notifications import services as notifications

logger = logging.getLogger(__name__)

# A standstill is told when it is noticed again so much later: after a restart both loops wake at the same time, and
# the one that is first must not accuse the other.
CONFIRMED_AFTER = timedelta(seconds=30)


def notice_a_silent_watch(*, now: datetime) -> bool:
    """Tell the vendor's administrators and leads, once per standstill, that nobody watches; True when told now."""
    with transaction.atomic():
        standstill = _confirmed("watch", now=now)
        if standstill is None:
            return False
        notifications.enqueue(
            "machinery-stopped",
            cause=f"standstill:{standstill.pk}",
            to=[*holders(Role.ADMIN, now=now), *holders(Role.VENDOR_LEAD, now=now)],
            context={"since": standstill.since.isoformat(), "url": "/admin/notifications/heartbeat/"},
            now=now,
        )
    logger.error("The watch stands still since %s: warnings and escalations are delayed.", standstill.since)
    return True


def notice_a_silent_delivery(*, now: datetime) -> bool:
    """Write into the log, once per standstill, that messages stay where they are; True when written now."""
    standstill = _confirmed("delivery", now=now)
    if standstill is None:
        return False
    logger.error("The delivery stands still since %s: messages wait in the outbox.", standstill.since)
    return True


def _confirmed(part: str, *, now: datetime) -> Standstill | None:
    """Return the standstill of `part` if it is certain and nobody has told of it yet."""
    since = letterbox.silent_since(part, now=now)
    if since is None:
        return None
    found = Standstill.objects.filter(part=part, since=since)
    if not found.filter(told_at=None, noticed_at__lte=now - CONFIRMED_AFTER).update(told_at=now):
        Standstill.objects.bulk_create(
            [Standstill(part=part, since=since, noticed_at=now)], ignore_conflicts=True
        )
        return None
    return found.get()
