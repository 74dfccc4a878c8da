"""Obligations as the audit sees them: to read, with the question “which ones could not be looked at?”."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from slaportal.accounts.admin.base import actor_of
from slaportal.accounts.admin.reading import ReadOnlyAdmin, instant
from slaportal.issues.admin import columns
from slaportal.issues.models import Obligation


class SetAsideFilter(SimpleListFilter):
    """Obligations that the watch could not look at."""

    title = _("set aside")
    parameter_name = "set_aside"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the one question."""
        return [("yes", _("The watch could not look at it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Obligation]) -> QuerySet[Obligation]:
        """Return those with a reason on record."""
        return queryset.exclude(set_aside="") if self.value() == "yes" else queryset


@admin.register(Obligation)
class ObligationAdmin(ReadOnlyAdmin):
    """What runs, is met or is breached: read-only, since every column follows the events."""

    read_act = "issue.read"
    list_display = (
        "issue_column",
        "metric",
        "level_column",
        "state",
        "due_column",
        "outcome",
        "decided_column",
        "aside",
    )
    list_display_links = None
    list_select_related = ("issue__organization",)
    list_filter = (
        ("outcome", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("metric", ChoicesDropdownFilter),
        ("level", ChoicesDropdownFilter),
        SetAsideFilter,
    )
    search_fields = ("issue__reference", "issue__title", "issue__organization__name")
    search_help_text = _("Reference, title or client")
    ordering = ("-pk",)
    sortable_by = ("due_column", "decided_column")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Obligation]:
        """Return the obligations of issues that this person may read."""
        return Obligation.objects.visible_to(actor_of(request))

    @admin.display(description=_("Issue"))
    def issue_column(self, obligation: Obligation) -> SafeString:
        """The issue, as a link to its page."""
        issue = obligation.issue
        return format_html(
            '<a class="q-link" href="{}">{}</a><span class="q-more">{}</span>',
            reverse("admin:issues_issue_change", args=[issue.pk]),
            issue.reference,
            issue.organization.name,
        )

    @admin.display(description=_("Level"))
    def level_column(self, obligation: Obligation) -> SafeString:
        """The level it is judged by."""
        return columns.level_word(obligation.level, provisional=obligation.provisional)

    @admin.display(description=_("Due"), ordering="due_at")
    def due_column(self, obligation: Obligation) -> str:
        """The due instant; none while a pause stops the clock."""
        return instant(obligation.due_at)

    @admin.display(description=_("Decided"), ordering="decided_at")
    def decided_column(self, obligation: Obligation) -> str:
        """When it was met or missed."""
        return instant(obligation.decided_at)

    @admin.display(description=_("Set aside"))
    def aside(self, obligation: Obligation) -> SafeString:
        """Why the watch could not look at it."""
        if not obligation.set_aside:
            return columns.NOTHING
        return format_html(
            '<span class="tag tag--bad" title="{}">{}</span>', obligation.set_aside, _("set aside")
        )
