"""The ledger as a list: to search by the issue's reference, never to write."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from slaportal.accounts import permissions
from slaportal.accounts.admin.base import actor_of
from slaportal.accounts.admin.reading import ReadOnlyAdmin, instant
from slaportal.ledger.models import Event


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Events as recorded, with the text that was hashed. What people wrote is shown on the issue's page only."""

    read_act = "issue.read"
    list_display = ("kind", "subject", "organization", "who", "at_column", "recorded_column", "audience")
    list_display_links = ("kind",)
    list_select_related = ("organization", "actor__user")
    list_filter = (("audience", ChoicesDropdownFilter), ("actor_kind", ChoicesDropdownFilter))
    # From the start of the reference: an index serves that, and an exact kind.
    search_fields = ("subject__startswith", "kind__startswith")
    search_help_text = "Reference (ISS-…) or kind (issue., classification., …)"
    ordering = ("-pk",)
    sortable_by = ()
    fields = (
        "kind",
        "subject",
        "organization",
        "actor",
        "actor_kind",
        "audience",
        "at",
        "recorded_at",
        "payload",
        "payload_sha256",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Return all events for those who read every client's issues, else those of their own organization."""
        events: QuerySet[Event] = Event.objects.all()
        member = actor_of(request)
        if member is None or not self.has_view_permission(request):
            return events.none()
        if permissions.scope(member.role, "issue.read") == permissions.ALL:
            return events
        return Event.objects.filter(organization=member.organization_id)

    @admin.display(description="By")
    def who(self, event: Event) -> SafeString:
        """The person, or the portal itself."""
        if event.actor is None:
            return format_html('<span class="q-none">{}</span>', "the portal")
        return format_html("{}", event.actor.user)

    @admin.display(description="Happened")
    def at_column(self, event: Event) -> str:
        """When it happened."""
        return instant(event.at)

    @admin.display(description="Recorded")
    def recorded_column(self, event: Event) -> str:
        """When the portal learned of it."""
        return instant(event.recorded_at)
