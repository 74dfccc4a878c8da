"""What an edition says: the internal text and the client's, as plain values, with roles in place of people.

Both are dicts of texts, lists and ISO instants: `content` has sections, factors, timeline, ideas and actions; `client`
has the text, and of the others what is marked for the client and what both parties may read anyway.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from slaportal.accounts.models import Membership, Party, Role
from slaportal.feedback.models import (
    SECTIONS,
    ActionItem,
    ActionState,
    PostMortem,
    PostMortemEdition,
    PostMortemEntry,
)
from slaportal.issues.selectors.timeline import ABOUT_PEOPLE, entry
from slaportal.ledger.models import Audience, Event
from slaportal.lib import canonical
from slaportal.lib.wording import neutral

Values = dict[str, Any]


def content_of(postmortem: PostMortem) -> Values:
    """Return the internal edition as it would be published now."""
    roles = Roles(postmortem)
    return {
        "sections": {name: roles.named(getattr(postmortem, name)) for name in SECTIONS},
        "check_on": postmortem.check_on.isoformat() if postmortem.check_on else "",
        "factors": [_factor(one, roles) for one in postmortem.factors.all()],
        "timeline": list(_timeline(postmortem, roles, client=False)),
        "ideas": [
            {"kind": one.kind, "text": roles.named(one.text)}
            for one in postmortem.actions.filter(state=ActionState.IDEA)
        ],
        "actions": [
            {**_action(one, roles), "owner": one.owner_id, "link": one.link} for one in _actions(postmortem)
        ],
    }


def client_of(postmortem: PostMortem) -> Values:
    """Return the client's edition as it would be published now: the preview shows exactly this."""
    roles = Roles(postmortem)
    actions = [_action(one, roles) for one in _actions(postmortem).filter(for_client=True)]
    return {
        "text": roles.named(postmortem.client_text),
        "factors": [_factor(one, roles) for one in postmortem.factors.filter(for_client=True)],
        "timeline": list(_timeline(postmortem, roles, client=True)),
        "actions": actions,
        "none_needed": "" if actions else roles.named(postmortem.none_needed),
    }


def hash_of(content: Values, client: Values) -> str:
    """Return the SHA-256 of both texts in their canonical form, in hex."""
    return hashlib.sha256(canonical.dumps({"content": content, "client": client}).encode()).hexdigest()


def readable_edition(postmortem: PostMortem, *, reader: Membership) -> PostMortemEdition | None:
    """Return the newest edition that `reader` may read, None without any.

    The client's managers and auditors read what was published for the client; everybody else of the client reads
    what a manager has published inside the organization (trust.md §4.3).
    """
    editions = postmortem.editions.select_related(
        "author", "published_by__user", "reviewed_by__user", "acceptance__member__user"
    )
    if reader.role == Role.CLIENT_REPORTER:
        editions = editions.filter(acceptance__isnull=False)
    return editions.order_by("-number").first()


class Roles:
    """The roles of everybody who can be named in a post-mortem: people are not what went wrong."""

    def __init__(self, postmortem: PostMortem) -> None:
        members = Membership.objects.filter(
            Q(party=Party.VENDOR) | Q(organization=postmortem.issue.organization_id)
        ).select_related("user")
        self.by_pk = {one.pk: self._words(one) for one in members}
        self._by_name = {one.user.name: self.by_pk[one.pk] for one in members if one.user.name}
        names = sorted(self._by_name, key=len, reverse=True)
        self._pattern = (
            re.compile(r"(?<!\w)(" + "|".join(map(re.escape, names)) + r")(?!\w)") if names else None
        )

    def named(self, text: str) -> str:
        """Return `text` with “the vendor lead” where a person's name stood."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._by_name[found[1]], text)

    def found_in(self, text: str) -> list[str]:
        """Return the names of people in `text`."""
        return sorted(set(self._pattern.findall(text))) if self._pattern else []

    @staticmethod
    def _words(member: Membership) -> str:
        return f"the {neutral(member.get_role_display).lower()}"


def _timeline(postmortem: PostMortem, roles: Roles, *, client: bool) -> Iterator[Values]:
    """Yield the lines of the timeline; for the client without what is inside the vendor."""
    entries = postmortem.entries.select_related("event__actor").prefetch_related("event__texts")
    for one in entries:
        line = _line(one, roles)
        if client and line.pop("inside"):
            continue
        line.pop("inside", None)
        yield line


def _line(one: PostMortemEntry, roles: Roles) -> Values:
    if one.event is None:
        return {
            "at": one.at.isoformat(),
            "who": "",
            "what": roles.named(one.text),
            "inside": not one.for_client,
        }
    event = one.event
    return {
        "at": event.at.isoformat(),
        "who": roles.by_pk.get(event.actor_id or 0, ""),
        "what": roles.named(neutral(lambda: entry(event, names=_names(event, roles)).what)),
        "inside": event.audience == Audience.VENDOR,
    }


def _names(event: Event, roles: Roles) -> dict[int, str]:
    """Return the role of the person whom `event` is about, under the key of the membership."""
    if event.kind not in ABOUT_PEOPLE:
        return {}
    about = json.loads(event.payload)["data"].get(ABOUT_PEOPLE[event.kind])
    return {about: roles.by_pk.get(about, "")} if about else {}


def _factor(one: Any, roles: Roles) -> Values:
    return {"kind": one.kind, "name": roles.named(one.name), "text": roles.named(one.text)}


def _actions(postmortem: PostMortem) -> Any:
    return postmortem.actions.committed().select_related("owner").order_by("overdue_from", "pk")


def _action(one: ActionItem, roles: Roles) -> Values:
    return {
        "action": one.pk,
        "kind": one.kind,
        "text": roles.named(one.text),
        "due": one.due_on.isoformat() if one.due_on else "",
        "role": roles.by_pk.get(one.owner_id or 0, ""),
    }
