"""What mail templates say times and paragraphs with; each gives markup in HTML and plain characters in text."""

import textwrap
from datetime import datetime

from django import template
from django.utils import dateformat, timezone, translation
from django.utils.html import format_html

from slaportal.notifications.placeholders import Placeholder

register = template.Library()

WIDTH = 72  # columns of the plain text
DATE_FORMATS = {"en": "D j M Y, H:i", "de": "D, j. M Y, H:i"}


def instant(value: object) -> datetime | None:
    """The instant that a value of the context names: ISO text or a datetime with a zone; None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def zone_name(moment: datetime) -> str:
    """`CET`, or `UTC+05:30` for the many zones whose abbreviation is only a number."""
    name = moment.tzname() or ""
    if name and name[0] not in "+-":
        return name
    offset = moment.isoformat()[-6:]
    return f"UTC{offset}"


def in_words(moment: datetime) -> str:
    """`Tue 24 Nov 2026, 14:00 CET`, in the active language and zone."""
    local = timezone.localtime(moment)
    language = (translation.get_language() or "en").split("-")[0]
    return f"{dateformat.format(local, DATE_FORMATS.get(language, DATE_FORMATS['en']))} {zone_name(local)}"


@register.filter(needs_autoescape=True)
def localtime(value: object, autoescape: bool = True) -> str:
    """Show an instant (ISO text) to the reader: date, time and zone; nothing for no instant. Bold in HTML."""
    if isinstance(value, Placeholder):
        return value
    moment = instant(value)
    if moment is None:
        return ""
    words = in_words(moment)
    return format_html("<strong>{}</strong>", words) if autoescape else words


@register.filter
def sentence(value: object) -> str:
    """Words given by a service, closed with a full stop unless they close themselves."""
    words = str(value).rstrip()
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


@register.simple_block_tag
def para(content: str) -> str:
    """A paragraph of the plain text: any white space is one space, lines end at 72 columns."""
    return fill(content)


def fill(text: str, *, prefix: str = "") -> str:
    """`text` in lines of at most 72 columns, each with `prefix`; words and addresses stay whole."""
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH,
        initial_indent=prefix,
        subsequent_indent=prefix,
        break_long_words=False,
        break_on_hyphens=False,
    )


@register.filter
def quoted(value: object) -> str:
    """What somebody wrote, for the plain text: its own lines kept, each behind `> `."""
    lines = str(value or "").strip().splitlines()
    return "\n".join(fill(line, prefix="> ") or ">" for line in lines)
