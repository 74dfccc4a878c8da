"""Status reports as a list to read, and the share of deadlines that the parties agreed on."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from slaportal.accounts.admin.base import PortalAdmin
from slaportal.accounts.admin.reading import ReadOnlyAdmin, instant
from slaportal.accounts.http import member_of
from slaportal.reports.models import ReportingTerms, StatusReport
from slaportal.reports.services import status_reports as services


@admin.register(StatusReport)
class StatusReportAdmin(ReadOnlyAdmin):
    """Every report, in review and issued; it is read on its own page."""

    read_act = "report.read"
    list_display = ("report", "organization", "cadence", "days", "state", "issued", "checksum_column")
    list_display_links = None
    list_select_related = ("organization",)
    list_filter = (
        ("organization", RelatedDropdownFilter),
        ("cadence", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
    )
    search_fields = ("reference", "organization__name")
    ordering = ("-ends", "-pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out the figures: they are long and read elsewhere."""
        return super().get_queryset(request).defer("data")

    @admin.display(description="Report", ordering="reference")
    def report(self, one: StatusReport) -> SafeString:
        """Its reference, leading to its page."""
        return format_html(
            '<a class="q-link" href="{}">{}</a>',
            reverse("reports:report", args=[one.reference]),
            one.reference,
        )

    @admin.display(description="Period", ordering="begins")
    def days(self, one: StatusReport) -> str:
        """The last day of the period."""
        return f"until {one.last_day:%Y-%m-%d}"

    @admin.display(description="Issued", ordering="issued_at")
    def issued(self, one: StatusReport) -> SafeString | str:
        """When it was frozen, or will be."""
        return instant(one.issued_at or one.issue_at)

    @admin.display(description="Checksum")
    def checksum_column(self, one: StatusReport) -> str:
        """The beginning of the SHA-256 of its figures."""
        return one.checksum[:12] or "–"


@admin.register(ReportingTerms)
class ReportingTermsAdmin(PortalAdmin):
    """The share of decided deadlines that has to be met, where the parties agreed on one."""

    read_act = "policy.read"
    write_act = "agreement.sign"
    first_start = False
    list_display = ("agreement", "target_percent")
    list_select_related = ("agreement__organization", "agreement__policy_version__policy")
    fields = ("agreement", "target_percent")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Once there, it stays with its agreement."""
        return ("agreement",) if obj else ()

    def save_model(self, request: HttpRequest, obj: ReportingTerms, form: Any, change: bool) -> None:
        """Write through the service."""
        services.agree_on_share(
            agreement=obj.agreement,
            percent=obj.target_percent,
            actor=member_of(request),
            now=datetime.now(UTC),
        )
        obj.pk = ReportingTerms.objects.get(agreement=obj.agreement).pk
