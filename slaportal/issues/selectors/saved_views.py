"""Saved views: which parameters they may hold, and how they look above the lists of the site and of the staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from slaportal.accounts.models import Membership
from slaportal.issues.models import IssueState, SavedView
from slaportal.issues.searching import LONGEST
from slaportal.issues.selectors.lists import TABS
from slaportal.issues.selectors.queues import SHARED
from slaportal.lib.text import tidy_line
from slaportal.policies.models import Criticality

MOST: Final = 20
# Parameter of the site's list → the same of the staff's queue.
ADMIN: Final = {
    "q": "q",
    "level": "level__exact",
    "state": "state__exact",
    "organization": "organization__id__exact",
}
QUEUES: Final = {"open": "live", "mine": "mine", "all": "all"}


@dataclass(frozen=True, slots=True)
class ViewLink:
    """One saved view as a link. `mine`: its reader may rename and remove it."""

    view: SavedView
    href: str
    current: bool
    mine: bool


def canonical(parameters: Mapping[str, str]) -> str:
    """Return those parameters of the list that mean something, in one order; "" for the list as it comes."""
    text = tidy_line(parameters.get("q", ""))[:LONGEST]
    tab, organization = parameters.get("tab", ""), parameters.get("organization", "")
    kept = {
        "tab": tab if tab in TABS and tab != TABS[0] else "",
        "q": text,
        "level": level if (level := parameters.get("level", "")) in Criticality.values else "",
        "state": state if (state := parameters.get("state", "")) in IssueState.values else "",
        "queue": queue if (queue := parameters.get("queue", "")) in SHARED else "",
        "organization": organization if organization.isdecimal() and len(organization) < 19 else "",
    }
    return urlencode({name: value for name, value in kept.items() if value})


def from_text(query: str) -> str:
    """Return a query string as `canonical` writes it."""
    return canonical(dict(parse_qsl(query[:4_000])))


def links(member: Membership | None, *, current: str = "", admin: bool = False) -> list[ViewLink]:
    """Return what `member` saved and what colleagues share; `current` is the canonical query of the page."""
    found = SavedView.objects.visible_to(member).select_related("owner__user")
    found_links = [
        ViewLink(
            view=view,
            href=f"?{_for_admin(view.query) if admin else view.query}",
            current=view.query == current,
            mine=member is not None and view.owner_id == member.pk,
        )
        for view in found
    ]
    return sorted(found_links, key=lambda one: (not one.mine, one.view.name.casefold(), one.view.pk))


def _for_admin(query: str) -> str:
    given = dict(parse_qsl(query))
    queue = QUEUES[given.get("tab", TABS[0])]
    # A state that has ended stands in no live queue.
    queue = "all" if queue == "live" and given.get("state") else queue
    # Both lists ask a queue's question alike, and only of live issues.
    queue = given.get("queue", queue)
    return urlencode(
        {"queue": queue, **{ADMIN[name]: value for name, value in given.items() if name in ADMIN}}
    )
