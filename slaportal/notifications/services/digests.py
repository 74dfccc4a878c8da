"""Digests: messages that wait for a full hour or a morning, and the one mail that carries them.

A digest is a message of its own, so it has a lease, attempts and one Message-ID for ever. What belongs to it is fixed
when it is made; a crash after sending repeats the same digest under the same id.
"""

import logging
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import QuerySet

from slaportal.notifications import kinds, rendering, selectors
from slaportal.notifications.models import Message, Preference
from slaportal.notifications.outgoing import new_message_id

logger = logging.getLogger(__name__)

MORNING = time(8)
HOUR = timedelta(hours=1)
KIND = "digest"


class _TakenError(Exception):
    """Another deliverer was faster with these messages."""


def next_slot(how: str, *, zone: str, now: datetime) -> datetime:
    """Return the next full hour (`hourly`) or 08:00 (`daily`) after `now` in the reader's zone, in UTC."""
    try:
        there = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        there = ZoneInfo("UTC")
    local = now.astimezone(there)
    if how == Preference.How.HOURLY:
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return now - past + HOUR
    days = 0 if local.time() < MORNING else 1
    morning = datetime.combine(local.date() + timedelta(days=days), MORNING, tzinfo=there)
    return morning.astimezone(UTC)


def gather(*, now: datetime) -> int:
    """Make one digest per person of the messages that waited for it; return how many digests are new.

    A message that is alone goes as a mail of its own. May run twice or in two processes: what one has taken is
    not there for the other.
    """
    made = 0
    for (person, demo), group in groupby(selectors.waiting_for_digest(now=now), key=lambda row: row[1:]):
        keys = [row[0] for row in group]
        if len(keys) == 1:
            _untaken(keys).update(way=Message.Way.MAIL)
            continue
        try:
            with transaction.atomic():
                _make(keys, person, demo=demo, now=now)
        except _TakenError:
            logger.info("Another round has the digest for person %s in hand.", person)
        else:
            made += 1
    return made


def compose(digest: Message) -> rendering.Mail | None:
    """Render the digest and keep each message's words with it; None when nothing is left to tell.

    A message that cannot be rendered leaves the digest and is tried on its own, where its failure is seen.
    """
    rows = list(members(digest).order_by("created_at", "pk"))
    words = selectors.briefs(rows, reader=digest.recipient)
    strange = [row.pk for row in rows if row.pk not in words]
    if strange:
        members(digest).filter(pk__in=strange).update(digest=None, way=Message.Way.MAIL)
    written = [row for row in rows if row.pk in words]
    for row in written:
        row.subject, row.text = words[row.pk].subject, words[row.pk].as_text()
    items = [words[row.pk] for row in written]
    if not items:
        return None
    Message.objects.bulk_update(written, ["subject", "text"], batch_size=100)
    about = {row.subject_reference for row in written if row.subject_reference}
    context = {**digest.context, "items": items, "count": len(items), "issues": len(about)}
    return rendering.render(kinds.get(KIND), context=context, reader=digest.recipient)


def members(digest: Message) -> "QuerySet[Message]":
    """The messages that the digest still has to carry."""
    return Message.objects.filter(digest=digest, status=Message.Status.PENDING)


def release(digest: Message, *, now: datetime) -> int:
    """Let each message of a digest that was given up be tried on its own, so that none is lost with it."""
    return members(digest).update(digest=None, way=Message.Way.MAIL, not_before=now)


def _make(keys: list[int], person: int, *, demo: bool, now: datetime) -> None:
    digest = Message(
        kind=KIND,
        cause=f"digest:{min(keys)}",
        recipient_id=person,
        context={"url": "/inbox"},
        created_at=now,
        not_before=now,
        read_at=now,  # its messages are in the inbox, not the mail around them
        message_id=new_message_id(),
        demo=demo,
    )
    Message.objects.bulk_create([digest], ignore_conflicts=True)
    made = Message.objects.filter(message_id=digest.message_id).first()
    if made is None or not _untaken(keys).update(digest=made):
        raise _TakenError


def _untaken(keys: list[int]) -> "QuerySet[Message]":
    return Message.objects.filter(
        pk__in=keys, status=Message.Status.PENDING, way=Message.Way.DIGEST, digest=None
    )
