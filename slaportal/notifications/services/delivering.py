"""Delivery: lease, send outside any transaction, mark; from the worker's loop."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from slaportal.notifications import kinds, rendering, selectors
from slaportal.notifications.models import Message
from slaportal.notifications.nudging import nudge_on_commit
from slaportal.notifications.outgoing import Outgoing, ServerDownError
from slaportal.notifications.services import digests

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
ATTEMPTS = len(BACK_OFF) + 1


def deliver(*, now: datetime, batch: int = 100) -> int:
    """Send messages due at `now`, at most `batch`, and return how many are done.

    Each row is claimed by compare-and-swap and sent outside any transaction. A row that fails is tried again after
    1, 5, 15, 60 and 240 minutes and then given up, visibly. When the mail server itself is down the round ends, so
    that the rest keep their attempts. What waited for a digest is put into one first.
    """
    digests.gather(now=now)
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
    """Owe a message that was given up once more, from its first attempt; False when it was not given up.

    A digest is not: its messages have been tried on their own since.
    """
    with transaction.atomic():
        failed = Message.objects.filter(pk=message.pk, status=Message.Status.FAILED).exclude(
            kind=digests.KIND
        )
        again = failed.update(status=Message.Status.PENDING, attempts=0, not_before=now)
        if again:
            nudge_on_commit()
    return bool(again)


def _claim(pk: int, seen: datetime, *, now: datetime) -> Message | None:
    """Lease the row if it is still as it was seen; None when another deliverer was faster."""
    untouched = Message.objects.filter(pk=pk, status=Message.Status.PENDING, not_before=seen)
    if not untouched.update(not_before=now + LEASE, attempts=F("attempts") + 1):
        return None
    return Message.objects.select_related("recipient", "redirected_to").get(pk=pk)


def _attempt(message: Message, outgoing: Outgoing, *, now: datetime) -> int:
    """Send one leased message and mark it; 1 when it is done. Raises `ServerDownError` after marking."""
    if message.attempts > ATTEMPTS:
        _failed(message, "Given up: delivery was interrupted each time.", now=now)
        return 0
    if not message.recipient.is_active:
        _give_up(message, "Not sent: the recipient is no longer active.", now=now)
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
    with transaction.atomic():
        # Only while pending: a deliverer that held the lease too long may find it already marked.
        Message.objects.filter(pk=message.pk, status=Message.Status.PENDING).update(
            status=Message.Status.SENT,
            sent_at=now,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            last_error=note,
        )
        if message.kind == digests.KIND:
            note = note or f"In the digest {message.message_id}."
            digests.members(message).update(status=Message.Status.SENT, sent_at=now, last_error=note)
    return 1


def _send(message: Message, outgoing: Outgoing) -> tuple[rendering.Mail, str]:
    """Render and send; the mail as sent, and why it was kept back if it was."""
    kind = kinds.get(message.kind)
    mail = _mail(message, kind)
    if mail is None:
        return rendering.Mail("", "", ""), "Not mailed: its messages are sent one by one."
    if kind.quiet:
        return mail, ""
    if message.redirected_to:
        return mail, f"Mailed to {message.redirected_to} instead."
    if message.way == Message.Way.INBOX:
        return mail, "Not mailed: kept for the inbox only."
    if message.demo and not selectors.mailbox_enabled():
        # People of the demo do not exist: their addresses may belong to somebody.
        return mail, "Not mailed: demo people have no address outside the development mailbox."
    outgoing.send(message, mail, urgent=kind.urgent)
    return mail, ""


def _mail(message: Message, kind: kinds.Kind) -> rendering.Mail | None:
    if message.kind == digests.KIND:
        return digests.compose(message)
    own = selectors.words_in_force([message.kind]).get(message.kind)
    return rendering.render(kind, context=message.context, reader=message.recipient, own=own)


def _failed(message: Message, error: str, *, now: datetime) -> None:
    """Plan the next attempt, or give up after the last."""
    if message.attempts >= ATTEMPTS:
        _give_up(message, error, now=now)
        return
    _leased(message).update(not_before=now + BACK_OFF[message.attempts - 1], last_error=error)


@transaction.atomic
def _give_up(message: Message, error: str, *, now: datetime) -> None:
    logger.error(
        "Message %s (%s) to person %s is given up: %s", message.pk, message.kind, message.recipient_id, error
    )
    given_up = _leased(message).update(status=Message.Status.FAILED, last_error=error)
    if given_up and message.kind == digests.KIND:
        digests.release(message, now=now)


def _leased(message: Message) -> "QuerySet[Message]":
    """The row while our lease stands; once another deliverer has it, our failure says nothing about it."""
    return Message.objects.filter(pk=message.pk, status=Message.Status.PENDING, not_before=message.not_before)
