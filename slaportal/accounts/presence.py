"""Who many sessions act as now: asked by whatever outlives a request, such as the streams of the dashboard."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth import SESSION_KEY as USER_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from slaportal.accounts.http import CAME_THROUGH
from slaportal.accounts.middleware import SESSION_KEY
from slaportal.accounts.models import Membership, User
from slaportal.accounts.services.identity import memberships_through


def acting(session_keys: Iterable[str], *, now: datetime) -> dict[str, Membership]:
    """Return session key → the membership through which it acts at `now`; three queries for any number of sessions.

    Missing are sessions that ended, that belong to somebody who may no longer sign in or who has another password
    since, and those of people without a membership: exactly those whom the next request would not let in.
    """
    stored = Session.objects.filter(session_key__in=list(session_keys), expire_date__gt=now)
    contents = {one.session_key: one.get_decoded() for one in stored}
    people = User.objects.filter(is_active=True).in_bulk(
        {int(content[USER_KEY]) for content in contents.values() if USER_KEY in content}
    )
    members = defaultdict(list)
    for member in (
        Membership.objects.filter(user__in=people, active=True)
        .select_related("organization", "user")
        .order_by("organization__name", "pk")
    ):
        members[member.user_id].append(member)
    found = {}
    for key, content in contents.items():
        person = people.get(int(content.get(USER_KEY, 0)))
        if person is None or not _same_password(content, person):
            continue
        mine = memberships_through(members[person.pk], content.get(CAME_THROUGH))
        if mine:
            found[key] = next((one for one in mine if one.pk == content.get(SESSION_KEY)), mine[0])
    return found


def _same_password(content: dict[str, Any], person: User) -> bool:
    """Whether the session began with the password of today, as Django asks at each request."""
    return constant_time_compare(content.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
