"""Lists of the admin that are there to be read: what a service or the watch wrote is never edited by hand."""

from datetime import datetime
from typing import Any

from django.contrib.admin import ShowFacets
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.views import ChangeList

from slaportal.accounts import permissions
from slaportal.accounts.admin.base import PortalAdmin, actor_of


def instant(at: datetime | None) -> SafeString | str:
    """Return a cell with an instant as the portal's pages write it."""
    return render_to_string("components/time.html", {"at": at}) if at else "–"


class OneCount(ChangeList):
    """A list that counts once: what it shows. “n of all” would count a growing table on every page."""

    def get_results(self, request: HttpRequest) -> None:
        """Count the rows that are asked for and nothing else."""
        super().get_results(request)
        self.full_result_count = self.result_count


class ReadOnlyAdmin(PortalAdmin):
    """A list and its detail pages for everybody with the right `read_act` (permissions.csv); nothing changes here."""

    list_filter_submit = True
    # Counting each choice of each filter would count a growing table many times over.
    show_facets = ShowFacets.NEVER
    actions: Any = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that counts once."""
        return OneCount

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether this person has the right to read; which rows is `get_queryset`'s part."""
        return permissions.may(actor_of(request), self.read_act)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
