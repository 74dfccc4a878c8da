"""What a person has read."""

from datetime import datetime
from typing import Any

from slaportal.notifications import selectors


def mark_read(pk: int, *, person: Any, now: datetime) -> bool:
    """Note that `person` has read one message of theirs; False when it is not theirs or was read before."""
    return bool(selectors.inbox(person=person, unread=True).filter(pk=pk).update(read_at=now))


def mark_all_read(*, person: Any, now: datetime) -> int:
    """Note that `person` has read everything there is at `now`; return how many were unread."""
    return selectors.inbox(person=person, unread=True).filter(created_at__lte=now).update(read_at=now)
