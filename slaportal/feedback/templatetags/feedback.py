"""Small pieces of the pages of what is learned."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_noop

from slaportal.accounts.models import Organization, Party
from slaportal.accounts.permissions import may
from slaportal.feedback.selectors.changing import impact
from slaportal.policies.models import PolicyVersion
from slaportal.policies.selectors import missing_parts

register = template.Library()

# Name of the page, its words, the right that it needs; in this order. A page that does not exist is left out.
ROOMS: Final = (
    ("feedback:suggestions", gettext_noop("Suggestions"), "suggestion.read"),
    ("feedback:results", gettext_noop("Satisfaction"), "survey.read"),
    ("feedback:postmortems", gettext_noop("Post-mortems"), "postmortem.read"),
    ("feedback:what-ifs", gettext_noop("What-if"), "whatif.read"),
    ("feedback:changes", gettext_noop("Changes"), "policy.read"),
)


@dataclass(frozen=True, slots=True)
class Room:
    """One page of what is learned; `current` when it is this one or this one lies under it."""

    label: str
    href: str
    current: bool


@register.inclusion_tag("feedback/parts/rooms.html", takes_context=True)
def rooms(context: dict[str, Any]) -> dict[str, Any]:
    """Show the ways between the pages of what is learned, those that the reader may open."""
    request = context["request"]
    found = []
    for name, label, act in ROOMS:
        if not may(request.membership, act):
            continue
        try:
            href = reverse(name)
        except NoReverseMatch:
            continue
        found.append(Room(gettext(label), href, request.path.startswith(href)))
    return {"rooms": found}


@register.inclusion_tag("feedback/parts/impact.html")
def impact_of(version: PolicyVersion, now: datetime) -> dict[str, Any]:
    """Show what `version` would do to open issues, by client; for the pages of policies, which know no issues."""
    clients = Organization.objects.filter(
        party=Party.CLIENT, agreements__policy_version__policy=version.policy_id
    ).distinct()
    return {
        "version": version,
        "impacts": []
        if missing_parts(version)
        else [(one, impact(version, organization=one, now=now)) for one in clients],
    }


@register.filter
def percent(share: float | None) -> str:
    """Return a share from 0 to 1 as whole percent, "" for none."""
    return "" if share is None else f"{round(100 * share)} %"


@register.filter
def points(score: float | None) -> str:
    """Return a net promoter score with its sign, "" for none."""
    return "" if score is None else f"{round(score):+d}".replace("-", "−")


@register.filter
def hours(seconds: float) -> str:
    """Return seconds as hours with one decimal."""
    return gettext("%(hours)s h") % {"hours": number_format(seconds / timedelta(hours=1).total_seconds(), 1)}


@register.filter
def words(text: str) -> str:
    """Return the portal's own words, such as a question of an edition, in the reader's language."""
    return gettext(text) if text else ""
