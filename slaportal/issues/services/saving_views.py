"""Keeping a question to the list. A convenience of one person: it changes no issue, so the ledger has no part in it."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.issues.models import SavedView
from slaportal.issues.selectors.saved_views import MOST, from_text
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy_line

LONGEST_NAME = 60


def save_view(*, name: str, query: str, shared: bool, actor: Membership, now: datetime) -> SavedView:
    """Keep the filters of `query`, the part of an address after “?”, under `name`; unknown parameters are dropped.

    Raises `NotAllowed` or `Refused`.
    """
    permissions.require(actor, "issue.read")
    kept = from_text(query)
    if not kept:
        raise Refused(_("There is nothing to save: choose a filter first."))
    if SavedView.objects.filter(owner=actor).count() >= MOST:
        raise Refused(_("You have %(most)s saved views. Remove one first.") % {"most": MOST})
    view = SavedView(owner=actor, query=kept, shared=shared, created_at=now)
    return _named(view, name)


def rename_view(*, view: SavedView, name: str, actor: Membership) -> SavedView:
    """Give one's own view another name. Raises `NotAllowed` or `Refused`."""
    _own(view, actor)
    return _named(view, name)


def remove_view(*, view: SavedView, actor: Membership) -> None:
    """Remove one's own view; colleagues to whom it was shared lose it too. Raises `NotAllowed`."""
    _own(view, actor)
    view.delete()


def _own(view: SavedView, actor: Membership) -> None:
    if view.owner_id != actor.pk:
        raise permissions.NotAllowed(_("Only the person who saved a view changes it."))


def _named(view: SavedView, name: str) -> SavedView:
    view.name = tidy_line(name)[:LONGEST_NAME].strip()
    if not view.name:
        raise Refused(_("Give the view a name."))
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise Refused(_("You have a view called “%(name)s” already.") % {"name": view.name}) from None
    return view
