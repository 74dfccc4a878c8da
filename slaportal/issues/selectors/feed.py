"""The feed of one organization: sealed events by position, as far as somebody may read them."""

from dataclasses import dataclass

from django.db.models import Q

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization
from slaportal.issues.models import Issue
from slaportal.ledger.models import Audience, Leaf, Log


@dataclass(frozen=True, slots=True)
class Feed:
    """Some events after a position, oldest first; `position` is where the next page begins to look."""

    results: list[Leaf]
    position: int
    more: bool


def feed(organization: Organization, *, reader: Membership, after: int, limit: int) -> Feed:
    """Return up to `limit` events of `organization` behind position `after` that `reader` may read.

    Positions are given once an event is committed, so nothing ever appears before a position that was passed.
    The demo world's own events are in a log of their own, which is read where there is no other.
    """
    logs = Log.objects.filter(organization=organization).order_by("demo")
    log = logs.filter(demo=organization.demo).first() or logs.first()
    if log is None:
        return Feed([], after, more=False)
    found = (
        Leaf.objects.filter(log=log, position__gt=after)
        .filter(_readable(reader))
        .select_related("event__organization", "event__actor__user")
        .prefetch_related("event__texts")
        .order_by("position")[: limit + 1]
    )
    # The size is read before the events: what is sealed in between is found by the next page.
    size, leaves = log.size, list(found)
    if len(leaves) > limit:
        return Feed(leaves[:limit], leaves[limit - 1].position, more=True)
    last = leaves[-1].position if leaves else after
    return Feed(leaves, max(after, last, size - 1), more=False)


def _readable(reader: Membership) -> Q:
    """Return the condition for events that `reader` may see: of its party, and of the issues it may read."""
    readable = Q() if reader.is_vendor else Q(event__audience=Audience.BOTH)
    if permissions.scope(reader.role, "issue.read") in (permissions.ALL, permissions.ORGANIZATION):
        return readable
    mine = Issue.objects.visible_to(reader).values("reference")
    return readable & Q(event__subject__in=mine)
