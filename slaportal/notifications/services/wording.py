"""The vendor's own words for a kind: editions that are kept, one in force or none, and a look before they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from slaportal.lib.refusal import Refused
from slaportal.notifications import kinds, placeholders, rendering
from slaportal.notifications.models import Message, TemplateVersion
from slaportal.notifications.outgoing import Outgoing, new_message_id


@dataclass(frozen=True)
class Reading:
    """Somebody who reads this language in this zone."""

    language: str
    timezone: str


@transaction.atomic
def save_version(
    *, kind: str, language: str, blocks: Mapping[str, str], by: Any, now: datetime
) -> TemplateVersion:
    """Keep `blocks` (placeholders.BLOCKS → words) as the next edition and put it in force.

    Raises `Refused` with a sentence when the kind has no words to edit, a needed block is empty, a text is too long
    or a placeholder is not known.
    """
    words = checked(kind=kind, language=language, blocks=blocks)
    editions = TemplateVersion.objects.filter(kind=kind, language=language)
    number = (editions.aggregate(last=Max("number"))["last"] or 0) + 1
    editions.filter(active=True).update(active=False)
    return TemplateVersion.objects.create(
        kind=kind, language=language, number=number, blocks=words, by=by, created_at=now
    )


@transaction.atomic
def restore_default(*, kind: str, language: str) -> bool:
    """Send the portal's own words again; the editions are kept. False when they were in force already."""
    return bool(
        TemplateVersion.objects.filter(kind=kind, language=language, active=True).update(active=False)
    )


def checked(*, kind: str, language: str, blocks: Mapping[str, str]) -> dict[str, str]:
    """Return `blocks` in one line each, without the empty ones. Raises `Refused` as `save_version` does."""
    known = kinds.KINDS.get(kind)
    if known is None or known.own or language not in rendering.languages():
        raise Refused(_("There are no words to edit for this."))
    words = {name: rendering.one_line(blocks.get(name, "")) for name in placeholders.BLOCKS}
    for name, text in words.items():
        if name in placeholders.NEEDED and not text:
            raise Refused(_("“%(name)s” must not be empty.") % {"name": name})
        longest = placeholders.LONGEST.get(name, placeholders.LONGEST_SENTENCE)
        if len(text) > longest:
            raise Refused(
                _("“%(name)s” is longer than %(longest)s characters.") % {"name": name, "longest": longest}
            )
        try:
            placeholders.check(text)
        except placeholders.WordsError as error:
            raise Refused(_("“%(name)s”: %(error)s") % {"name": name, "error": error}) from error
    return {name: text for name, text in words.items() if text}


def preview(
    *, kind: str, language: str, context: Mapping[str, Any], timezone: str, blocks: Mapping[str, str] | None
) -> rendering.Mail:
    """Return the mail that `blocks` make of `context`; with None, the portal's own words."""
    own = {language: checked(kind=kind, language=language, blocks=blocks)} if blocks is not None else {}
    return rendering.render(kinds.get(kind), context=context, reader=Reading(language, timezone), own=own)


def test_send(
    *,
    to: Any,
    kind: str,
    language: str,
    context: Mapping[str, Any],
    blocks: Mapping[str, str] | None,
    now: datetime,
) -> None:
    """Mail a preview to `to`, at once and past the outbox: nobody is owed a test.

    Raises `ServerDownError`, or what the mail server says about this mail.
    """
    mail = preview(kind=kind, language=language, context=context, timezone=to.timezone, blocks=blocks)
    mail = rendering.Mail(f"[Test] {mail.subject}", mail.text, mail.html)
    message = Message(kind=kind, recipient=to, message_id=new_message_id(), created_at=now)
    with Outgoing() as outgoing:
        outgoing.send(message, mail, urgent=False)
