"""Audits and findings of all clients, to search and to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from slaportal.accounts.admin.base import actor_of, labelled
from slaportal.accounts.admin.reading import ReadOnlyAdmin, instant
from slaportal.reports.models import Audit, Finding
from slaportal.reports.quarters import name_of


@admin.register(Audit)
class AuditAdmin(ReadOnlyAdmin):
    """One row a quarter and agreement; the link leads to the audit's own page."""

    read_act = "audit.read"
    list_display = ("quarter", "client", "state_column", "opened", "signed")
    list_display_links = None
    list_select_related = ("agreement__organization",)
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = ("reference__startswith", "agreement__organization__name__startswith")
    ordering = ("-ends", "pk")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Audit]:
        """Return the audits that this person may read."""
        return Audit.objects.visible_to(actor_of(request))

    @admin.display(description="Quarter")
    def quarter(self, audit: Audit) -> SafeString:
        """Its name, as a link."""
        href = reverse("audits:audit", args=[audit.reference])
        return format_html('<a href="{}">{}</a>', href, name_of(audit.begins, audit.timezone))

    @admin.display(description="Client")
    def client(self, audit: Audit) -> str:
        """Whose agreement it is."""
        return audit.agreement.organization.name

    @labelled("State", {"In preparation": "info", "In review": "warning", "Signed by both": "success"})
    def state_column(self, audit: Audit) -> str:
        """How far it is."""
        return audit.get_state_display()

    @admin.display(description="Drawn")
    def opened(self, audit: Audit) -> SafeString | str:
        """When the sample was drawn."""
        return instant(audit.opened_at)

    @admin.display(description="Signed")
    def signed(self, audit: Audit) -> SafeString | str:
        """When the second party signed."""
        return instant(audit.signed_at)


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    """Findings with their owners and dates; the link leads to the finding on its audit's page."""

    read_act = "audit.read"
    list_display = ("what", "client", "owner", "due_on", "closed")
    list_display_links = None
    list_select_related = ("audit__agreement__organization", "owner__user", "owner__organization")
    search_fields = ("audit__reference__startswith",)
    ordering = ("due_on", "-pk")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        """Return the findings of the audits that this person may read."""
        return Finding.objects.filter(audit__in=Audit.objects.visible_to(actor_of(request)))

    @admin.display(description="Finding")
    def what(self, finding: Finding) -> SafeString:
        """What was found, as a link."""
        href = reverse("audits:audit", args=[finding.audit.reference])
        return format_html('<a href="{}#finding-{}">{}</a>', href, finding.number, finding.text[:120])

    @admin.display(description="Client")
    def client(self, finding: Finding) -> str:
        """Whose agreement it is about."""
        return finding.audit.agreement.organization.name

    @admin.display(description="Closed")
    def closed(self, finding: Finding) -> SafeString | str:
        """When it was closed."""
        return instant(finding.closed_at)
