"""Small pieces of every page: shapes, navigation, initials, durations, cleaned text."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import may
from slaportal.lib.durations import spoken
from slaportal.lib.markdown import to_html

register = template.Library()


@dataclass(frozen=True)
class Entry:
    """One line of the navigation; `act` is the right it needs, "" for none; `party` "" for both.

    `also`: other pages that lie under it, each with an address of its own.
    """

    label: str
    name: str
    party: str = ""
    act: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """A line as shown: `current` when the page is this one or lies under it."""

    label: str
    href: str
    current: bool


# In this order. An entry whose address does not exist is left out.
ENTRIES: Final = (
    Entry(gettext_noop("Issues"), "issues:list", act="issue.read"),
    Entry(gettext_noop("Report an issue"), "issues:submit", party="client", act="issue.submit"),
    Entry(gettext_noop("Escalations"), "escalations:list", party="vendor", act="escalation.acknowledge"),
    Entry(gettext_noop("Dashboard"), "reports:dashboard"),
    Entry(gettext_noop("Reports"), "reports:list", act="report.read"),
    Entry(gettext_noop("Audits"), "audits:list", act="audit.read"),
    Entry(gettext_noop("Agreement"), "policies:agreement", party="client", act="policy.read"),
    Entry(gettext_noop("Agreements"), "policies:agreement", party="vendor", act="policy.read"),
    Entry(
        gettext_noop("Improve"),
        "feedback:suggestions",
        act="suggestion.read",
        also=("feedback:postmortems", "feedback:results", "feedback:what-ifs", "feedback:changes"),
    ),
    Entry(gettext_noop("SLA calculator"), "policies:calculator"),
)


@register.simple_tag
def shape(name: str, classes: str = "") -> SafeString:
    """Show one shape of static/img/shapes.svg in the color of the text; the word beside it says the same."""
    return format_html(
        '<svg class="shape {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static("img/shapes.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[Link]:
    """Return the lines of the main navigation for the party and the rights of the person who looks."""
    request = context.get("request")
    member: Membership | None = getattr(request, "membership", None)
    if request is None or member is None:
        return []
    found = []
    for entry in ENTRIES:
        if entry.party not in ("", member.party) or (entry.act and not may(member, entry.act)):
            continue
        href = address(entry.name)
        if href:
            found.append((gettext(entry.label), [href, *filter(None, map(address, entry.also))]))
    if member.user.is_staff:
        found.append((gettext("Admin"), [address("admin:index")]))
    if context.get("mailbox_enabled") and address("notifications:mailbox"):
        found.append((gettext("Mailbox"), [address("notifications:mailbox")]))
    here = nearest(request.path, [href for _, hrefs in found for href in hrefs])
    return [Link(label, hrefs[0], here in hrefs) for label, hrefs in found]


def address(name: str) -> str:
    """Return the path of a URL name, or "" where there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def nearest(path: str, hrefs: list[str]) -> str:
    """Return the entry under which `path` lies: the longest one that begins it. "/" also owns /issues/…"""
    under = [href for href in hrefs if href != "/" and path.startswith(href)]
    if under:
        return max(under, key=len)
    return "/" if path == "/" or path.startswith("/issues/") else ""


@register.filter
def initials(name: str) -> str:
    """Return up to two letters that stand for a name."""
    words = [word for word in str(name).replace("@", " ").split() if word]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper()


@register.filter
def duration(length: timedelta | None) -> str:
    """Return a length of time in words, such as "6 h 10 min"."""
    return "" if length is None else spoken(length)


@register.filter
def markdown(text: str) -> SafeString:
    """Return text written by people as cleaned HTML."""
    return to_html(text)


@register.filter(name="may")
def may_do(member: Membership | None, act: str) -> bool:
    """Whether `member` may do `act` somewhere (permissions.csv)."""
    return may(member, act)
