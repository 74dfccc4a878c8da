"""Reading wallboards: which one a secret opens, which ones still show something."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from slaportal.accounts.models import Membership
from slaportal.reports.models import Wallboard, WallboardQuerySet
from slaportal.reports.selectors.viewpoints import Viewpoint


def secret_hash(secret: str) -> str:
    """Return what is kept of a secret: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def wallboard_of(secret: str, *, now: datetime) -> Wallboard | None:
    """Return the wallboard that `secret` opens at `now`; None for one that is wrong, revoked or too old."""
    found = _loaded(Wallboard.objects.filter(secret_hash=secret_hash(secret)))
    return next((one for one in found if not one.ended_because(now=now)), None)


def still_open(pks: Iterable[int], *, now: datetime) -> list[Wallboard]:
    """Return those of the wallboards `pks` that show something at `now`; one query."""
    found = _loaded(Wallboard.objects.filter(pk__in=list(pks)))
    return [one for one in found if not one.ended_because(now=now)]


def wallboards_for(member: Membership) -> WallboardQuerySet:
    """Return the wallboards that `member` may see and revoke, newest first."""
    return _loaded(Wallboard.objects.visible_to(member))


def viewpoint_of(wallboard: Wallboard) -> Viewpoint:
    """Return through whose eyes a wallboard sees: those of the person who opened it, never beyond its client."""
    return Viewpoint(wallboard.opened_by, wallboard.client)


def _loaded(found: WallboardQuerySet) -> WallboardQuerySet:
    return found.select_related("client", "opened_by__user", "opened_by__organization")
