"""The letterbox: `enqueue` in the transaction of the cause, `deliver` from the worker's loop.

Exactly once is what the database keeps: one row per cause, kind and person. A mail is sent at least once: a worker
that dies between sending and marking repeats it under the same Message-ID, so the receiver can drop it.
"""

import json
import logging
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import F, QuerySet

from slaportal.notifications import kinds, rendering, selectors
from slaportal.notifications.models import Message
from slaportal.notifications.nudging import nudge_on_commit
from slaportal.notifications.outgoing import Outgoing, ServerDownError

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
ATTEMPTS = len(BACK_OFF) + 1
LONGEST_CAUSE = 120

_silenced: ContextVar[bool] = ContextVar("notifications_silenced", default=False)


class Recipient(Protocol):
    """What the letterbox knows of a person; `settings.AUTH_USER_MODEL` has all of it."""

    pk: Any
    is_active: bool
    demo: bool


@contextmanager
def silenced() -> Iterator[None]:
    """Inside, nothing is enqueued: a history that is loaded must not write to people about years ago (spec §8)."""
    token = _silenced.set(True)
    try:
        yield
    finally:
        _silenced.reset(token)


def is_silenced() -> bool:
    """Whether this thread or task is inside `silenced()`, so that nobody need be looked up."""
    return _silenced.get()


def enqueue(
    kind: str,
    *,
    cause: str,
    to: Iterable[Recipient],
    context: Mapping[str, Any],
    subject_reference: str = "",
    now: datetime,
    demo: bool = False,
) -> int:
    """Owe each active person in `to` one message of `kind` about `cause`; return how many are new.

    `cause` names what happened, such as `obligation:17:breach`, at most 120 characters: the same cause, kind and
    person is told once, whoever asks and however often. `context`: plain values, see templates/emails/README.md.
    Raises `RuntimeError` outside a transaction, `kinds.UnknownKindError` for a kind without words, `ValueError` for
    a cause that is empty or too long.
    """
    kinds.get(kind)
    if not connection.in_atomic_block:
        raise RuntimeError(
            "enqueue() must share its cause's transaction, else a message may tell what never was."
        )
    if not 0 < len(cause) <= LONGEST_CAUSE:
        raise ValueError(f"A cause has 1 to {LONGEST_CAUSE} characters: {cause!r}")
    people = {person.pk: person for person in to if person.is_active}
    if is_silenced() or not people:
        return 0
    facts = json.loads(json.dumps(dict(context), cls=DjangoJSONEncoder))
    rows = [
        Message(
            kind=kind,
            cause=cause,
            recipient_id=person.pk,
            subject_reference=subject_reference,
            context=facts,
            created_at=now,
            not_before=now,
            message_id=_new_message_id(),
            demo=demo or person.demo,
        )
        for person in people.values()
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    written = Message.objects.filter(message_id__in=[row.message_id for row in rows]).count()
    if written:
        nudge_on_commit()
    return written


def deliver(*, now: datetime, batch: int = 100) -> int:
    """Send messages due at `now`, at most `batch`, and return how many are done.

    Each row is claimed by compare-and-swap and sent outside any transaction. A row that fails is tried again after
    1, 5, 15, 60 and 240 minutes and then given up, visibly. When the mail server itself is down the round ends, so
    that the rest keep their attempts.
    """
    done = 0
    with Outgoing() as outgoing:
        for pk, seen in selectors.due(now=now, limit=batch):
            message = _claim(pk, seen, now=now)
            if message is None:
                continue
            try:
                done += _attempt(message, outgoing, now=now)
            except ServerDownError:
                break
    return done


def resend(message: Message, *, now: datetime) -> bool:
    """Owe a message that was given up once more, from its first attempt; False when it was not given up."""
    with transaction.atomic():
        failed = Message.objects.filter(pk=message.pk, status=Message.Status.FAILED)
        again = failed.update(status=Message.Status.PENDING, attempts=0, not_before=now)
        if again:
            nudge_on_commit()
    return bool(again)


def _new_message_id() -> str:
    host = urlsplit(settings.PORTAL_URL).hostname or "localhost"
    return f"<{secrets.token_hex(16)}@{host}>"


def _claim(pk: int, seen: datetime, *, now: datetime) -> Message | None:
    """Lease the row if it is still as it was seen; None when another deliverer was faster."""
    untouched = Message.objects.filter(pk=pk, status=Message.Status.PENDING, not_before=seen)
    if not untouched.update(not_before=now + LEASE, attempts=F("attempts") + 1):
        return None
    return Message.objects.select_related("recipient").get(pk=pk)


def _attempt(message: Message, outgoing: Outgoing, *, now: datetime) -> int:
    """Send one leased message and mark it; 1 when it is done. Raises `ServerDownError` after marking."""
    if message.attempts > ATTEMPTS:
        _failed(message, "Given up: delivery was interrupted each time.", now=now)
        return 0
    if not message.recipient.is_active:
        _give_up(message, "Not sent: the recipient is no longer active.")
        return 0
    try:
        mail, note = _send(message, outgoing)
    except ServerDownError as error:
        _failed(message, str(error), now=now)
        raise
    except Exception as error:
        logger.exception("Message %s (%s) could not be sent.", message.pk, message.kind)
        _failed(message, f"{type(error).__name__}: {error}", now=now)
        return 0
    # Only while pending: a deliverer that held the lease too long may find it already marked.
    Message.objects.filter(pk=message.pk, status=Message.Status.PENDING).update(
        status=Message.Status.SENT,
        sent_at=now,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        last_error=note,
    )
    return 1


def _send(message: Message, outgoing: Outgoing) -> tuple[rendering.Mail, str]:
    """Render and send; the mail as sent, and why it was kept back if it was."""
    kind = kinds.get(message.kind)
    mail = rendering.render(kind, context=message.context, reader=message.recipient)
    if kind.quiet:
        return mail, ""
    if message.demo and not selectors.mailbox_enabled():
        # People of the demo do not exist: their addresses may belong to somebody.
        return mail, "Not mailed: demo people have no address outside the development mailbox."
    outgoing.send(message, mail, urgent=kind.urgent)
    return mail, ""


def _failed(message: Message, error: str, *, now: datetime) -> None:
    """Plan the next attempt, or give up after the last."""
    if message.attempts >= ATTEMPTS:
        _give_up(message, error)
        return
    _leased(message).update(not_before=now + BACK_OFF[message.attempts - 1], last_error=error)


def _give_up(message: Message, error: str) -> None:
    logger.error(
        "Message %s (%s) to person %s is given up: %s", message.pk, message.kind, message.recipient_id, error
    )
    _leased(message).update(status=Message.Status.FAILED, last_error=error)


def _leased(message: Message) -> "QuerySet[Message]":
    """The row while our lease stands; once another deliverer has it, our failure says nothing about it."""
    return Message.objects.filter(pk=message.pk, status=Message.Status.PENDING, not_before=message.not_before)
