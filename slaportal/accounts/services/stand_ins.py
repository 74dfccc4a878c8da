"""Standing in: who gets the urgent mail of a colleague for a while."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from slaportal.accounts import permissions, selectors
from slaportal.accounts.models import Membership, User
from slaportal.lib.refusal import Refused
from slaportal.notifications import services as notifications

READ = "issue.read"


def may_stand_in(*, person: Any, other: Any) -> bool:
    """Whether `other` belongs to every organization of `person` and may read all of its issues there.

    Asked when a redirection is made and again at each message (by the setting MAY_STAND_IN, which also knows who is
    away), so that an access that ended ends this too. People who see no issues may be stood in for by any colleague.
    """
    return _cover(selectors.active_memberships(person), selectors.active_memberships(other))


def _cover(mine: list[Membership], theirs: list[Membership]) -> bool:
    by_organization = {one.organization_id: one for one in theirs}
    return bool(mine) and all(_covers(by_organization.get(one.organization_id), one) for one in mine)


def _covers(other: Membership | None, member: Membership) -> bool:
    if other is None:
        return False
    wide = permissions.scope(other.role, READ) in (permissions.ALL, permissions.ORGANIZATION)
    return wide or permissions.scope(member.role, READ) == permissions.NEVER


def colleagues(person: User) -> list[User]:
    """Return who may stand in for `person`, by name."""
    mine = selectors.active_memberships(person)
    if not mine:
        return []
    here = selectors.people_of(mine[0].organization).filter(active=True, user__is_active=True)
    others = {member.user_id: member.user for member in here if member.user_id != person.pk}
    theirs: dict[int, list[Membership]] = defaultdict(list)
    for member in Membership.objects.filter(user__in=others, active=True):
        theirs[member.user_id].append(member)
    return [other for key, other in others.items() if _cover(mine, theirs[key])]


def stand_in(*, person: User, to: User, until: datetime, now: datetime) -> None:
    """Send the urgent mail of `person` to `to` until then. Raises `Refused` with the reason."""
    if to.pk != person.pk and not may_stand_in(person=person, other=to):
        raise Refused(
            _("%(name)s may not see everything that you see, so your mail cannot go there.")
            % {"name": to.name}
        )
    if to.pk != person.pk and not import_string(settings.MAY_STAND_IN)(person=person, other=to, now=now):
        raise Refused(_("%(name)s is away now. Choose somebody who is there.") % {"name": to.name})
    notifications.redirect(person=person, to=to, until=until, now=now)
