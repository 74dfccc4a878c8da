"""Reading the outbox, the inboxes, people's wishes and the development mailbox."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from slaportal.notifications import kinds, rendering
from slaportal.notifications.models import (
    Heartbeat,
    MailboxEntry,
    Message,
    Preference,
    Redirect,
    TemplateVersion,
)

logger = logging.getLogger(__name__)

MAILBOX_BACKEND = "slaportal.notifications.mailbox.EmailBackend"
UNREAD_COUNTED = 100  # more is "99+"


def due(*, now: datetime, limit: int) -> list[tuple[int, datetime]]:
    """Key and `not_before` of the messages to be sent at `now`, the longest waiting first."""
    rows = Message.objects.filter(status=Message.Status.PENDING, not_before__lte=now)
    rows = rows.exclude(way=Message.Way.DIGEST)  # their digest is due in their place
    return list(rows.order_by("not_before", "pk").values_list("pk", "not_before")[:limit])


def waiting_for_digest(*, now: datetime) -> list[tuple[int, int, bool]]:
    """Key, recipient and `demo` of the messages whose full hour or morning has come, by person."""
    rows = Message.objects.filter(
        status=Message.Status.PENDING, way=Message.Way.DIGEST, digest=None, not_before__lte=now
    )
    return list(rows.order_by("recipient_id", "demo", "pk").values_list("pk", "recipient_id", "demo"))


def wishes(kind: str, people: Iterable[Any]) -> dict[Any, str]:
    """How the people with these keys want to be told of `kind`, without those who want it at once."""
    rows = Preference.objects.filter(kind=kind, person__in=list(people))
    return dict(rows.values_list("person_id", "how"))


def preferences_of(person: Any) -> dict[str, str]:
    """How `person` wants to be told, by kind, without what they want at once."""
    return dict(Preference.objects.filter(person=person).values_list("kind", "how"))


def redirect_of(person: Any, *, now: datetime) -> Redirect | None:
    """Return to whom the urgent mail of `person` goes at `now`; None when it goes to them."""
    rows = Redirect.objects.filter(person_id=person.pk, until__gt=now)
    return rows.select_related("to").first()


def stand_ins(people: Iterable[Any], *, now: datetime) -> dict[Any, Any]:
    """Return who stands in at `now`, by the key of the person whose mail they get.

    Left out, so that the mail goes to the person themselves: who left, who redirects their own mail, who is away, and
    who may no longer see what the person sees (setting MAY_STAND_IN).
    """
    rows = Redirect.objects.filter(person__in=[person.pk for person in people], until__gt=now)
    if not rows.exists():
        return {}  # as a rule; the watch asks this for every step
    rows = rows.filter(to__is_active=True).exclude(
        to__in=Redirect.objects.filter(until__gt=now).values("person")
    )
    may = import_string(settings.MAY_STAND_IN)
    found = rows.select_related("person", "to")
    return {row.person_id: row.to for row in found if may(person=row.person, other=row.to, now=now)}


def inbox(*, person: Any, unread: bool = False) -> QuerySet[Message]:
    """Return what `person` was told, newest first, with who got the mail instead; `unread`: only that."""
    rows = Message.objects.filter(recipient=person).exclude(kind="digest")
    if unread:
        rows = rows.filter(read_at=None)
    return rows.select_related("redirected_to").defer("html").order_by("-created_at", "-pk")


def unread_count(person: Any) -> int:
    """Return how many messages `person` has not read, counted up to 100."""
    return Message.objects.filter(recipient=person, read_at=None)[:UNREAD_COUNTED].count()


def words_in_force(keys: Iterable[str]) -> dict[str, dict[str, dict[str, str]]]:
    """Return the vendor's own words of these kinds: kind → language → block → text; what is missing is the portal's."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for row in TemplateVersion.objects.filter(kind__in=set(keys), active=True):
        found.setdefault(row.kind, {})[row.language] = row.blocks
    return found


def briefs(messages: Iterable[Message], *, reader: Any) -> dict[int, rendering.Brief]:
    """Return the few words by which a list shows each message, by key; what cannot be rendered is left out."""
    rows = list(messages)
    own = words_in_force(row.kind for row in rows) if rows else {}
    found = {}
    for row in rows:
        try:
            kind = kinds.get(row.kind)
            found[row.pk] = rendering.brief(kind, context=row.context, reader=reader, own=own.get(row.kind))
        except Exception:
            logger.exception("Message %s (%s) cannot be shown.", row.pk, row.kind)
    return found


def example(kind: str, *, reference: str = "") -> Message | None:
    """Return the newest message to show words of `kind` with: of this kind, else any, about this issue if asked."""
    rows = Message.objects.exclude(subject_reference="").order_by("-pk")
    if reference:
        rows = rows.filter(subject_reference=reference)
    return rows.filter(kind=kind).first() or (rows.first() if reference else None)


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
