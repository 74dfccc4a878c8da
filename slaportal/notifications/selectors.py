"""Reading the outbox and the development mailbox."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet

from slaportal.notifications.models import Heartbeat, MailboxEntry, Message

MAILBOX_BACKEND = "slaportal.notifications.mailbox.EmailBackend"


def due(*, now: datetime, limit: int) -> list[tuple[int, datetime]]:
    """Key and `not_before` of the messages to be sent at `now`, the longest waiting first."""
    rows = Message.objects.filter(status=Message.Status.PENDING, not_before__lte=now)
    return list(rows.order_by("not_before", "pk").values_list("pk", "not_before")[:limit])


def failed() -> QuerySet[Message]:
    """Messages given up, newest first, with their recipients: what a person has to look at."""
    rows = Message.objects.filter(status=Message.Status.FAILED)
    return rows.select_related("recipient").order_by("-created_at", "-pk")


def about(reference: str) -> QuerySet[Message]:
    """Everything told about one issue, oldest first, with its recipients."""
    return (
        Message.objects.filter(subject_reference=reference)
        .select_related("recipient")
        .order_by("created_at", "pk")
    )


def silent_since(name: str, *, now: datetime) -> datetime | None:
    """Return the last sign of life of loop `name` if that is too long ago; None while it lives or never ran."""
    stale = now - timedelta(seconds=settings.HEARTBEAT_STALE_AFTER)
    return Heartbeat.objects.filter(name=name, at__lt=stale).values_list("at", flat=True).first()


def mailbox_enabled() -> bool:
    """Whether mail is kept in the portal instead of being sent."""
    return settings.EMAIL_BACKEND == MAILBOX_BACKEND


def mailbox(*, viewer: AbstractBaseUser, to: str = "", search: str = "") -> QuerySet[MailboxEntry]:
    """Kept mails that `viewer` may read, newest first: their own; staff of the vendor read all.

    `to` narrows to one address, `search` to words of subject or text.
    """
    rows = MailboxEntry.objects.all()
    if not getattr(viewer, "is_staff", False):
        rows = rows.filter(to__iexact=viewer.get_username())
    if to:
        rows = rows.filter(to__iexact=to)
    for word in search.split():
        rows = rows.filter(Q(subject__icontains=word) | Q(text__icontains=word))
    return rows


def mailbox_addresses(*, viewer: AbstractBaseUser) -> list[str]:
    """The addresses to which `viewer` may read mail, in order of the alphabet."""
    rows = mailbox(viewer=viewer).order_by("to")
    return list(rows.values_list("to", flat=True).distinct())
