"""What makes the portal right, taken away: each scenario must notice. Applied in a child after the fork.

Nothing here is part of the portal; the switches exist so that a zero in a report means something.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from slaportal.escalations.selectors import Desk
from slaportal.escalations.services import watching
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.services import submission
from slaportal.notifications.models import Message
from slaportal.notifications.outgoing import Outgoing
from slaportal.notifications.rendering import Mail
from slaportal.notifications.services import delivering as notifications

A_MOMENT = 0.05  # in which others may come first, or a process may die


def claim_apart() -> None:
    """Commit the claim before the act: a watcher killed between the two takes the row with it."""
    real = watching.look

    def look(pk: int, *, seen: datetime | None, now: datetime, **more: Any) -> bool:
        if not Obligation.objects.filter(pk=pk, next_look_at=seen).update(next_look_at=None):
            return False
        time.sleep(A_MOMENT)
        return real(pk, seen=None, now=now, **more)

    watching.look = look


def no_claim() -> None:
    """Neither lock the issue nor claim the look: whoever saw the row as due acts on it."""

    @transaction.atomic
    def look(pk: int, *, seen: datetime | None, now: datetime, desk: Desk) -> bool:
        obligation = watching._loaded(pk, desk=desk)
        time.sleep(A_MOMENT)
        watching._act_on(obligation, desk=desk, now=now)
        return True

    watching.look = look  # type: ignore[assignment]


def mark_before_send() -> None:
    """Mark a message as sent before it is: a deliverer killed between the two loses it."""
    real = notifications._send

    def send(message: Message, outgoing: Outgoing) -> tuple[Mail, str]:
        Message.objects.filter(pk=message.pk).update(status=Message.Status.SENT, sent_at=message.created_at)
        time.sleep(A_MOMENT)
        return real(message, outgoing)

    notifications._send = send


def no_lease() -> None:
    """Send whatever was seen as due, whoever else has it in hand."""

    def claim(pk: int, seen: datetime, *, now: datetime) -> Message | None:
        return Message.objects.select_related("recipient").get(pk=pk)

    notifications._claim = claim


def no_submission_key() -> None:
    """Take a form that comes again for a new one; the moment after the commit is longer."""
    real = submission._open

    def opened(issue: Issue, *args: Any, **kwargs: Any) -> Issue:
        issue.submission_key = None
        made = real(issue, *args, **kwargs)
        time.sleep(A_MOMENT * 5)
        return made

    submission._already_there = lambda *args: None
    submission._open = opened


SABOTAGE: dict[str, Callable[[], None]] = {
    "claim_apart": claim_apart,
    "no_claim": no_claim,
    "mark_before_send": mark_before_send,
    "no_lease": no_lease,
    "no_submission_key": no_submission_key,
}
