"""Lists of the admin that are there to be read: what a service or the watch wrote is never edited by hand."""

from typing import Any, ClassVar

from django.http import HttpRequest
from unfold.admin import ModelAdmin

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership


def acting(request: HttpRequest) -> Membership | None:
    """Return the membership through which this request acts, if it has one."""
    found: Membership | None = getattr(request, "membership", None)
    return found


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """A list and its detail pages for everybody with the right `read_act` (permissions.csv); nothing changes here."""

    read_act: ClassVar[str]
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False
    actions: Any = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether this person has the right to read; which rows is `get_queryset`'s part."""
        return permissions.may(acting(request), self.read_act)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the list appears at all."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
