"""Escalations and exceptions as lists to read; taking one in hand is an act of a service."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from slaportal.accounts import permissions
from slaportal.accounts.admin.base import actor_of
from slaportal.accounts.admin.reading import ReadOnlyAdmin, instant
from slaportal.accounts.http import member_of
from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations import services
from slaportal.escalations.models import Escalation, SlaException
from slaportal.issues.admin.columns import cell
from slaportal.issues.models import Issue
from slaportal.lib.durations import spoken
from slaportal.lib.refusal import Refused

TONES = {
    Escalation.Status.OPEN: "tag--bad",
    Escalation.Status.ACKNOWLEDGED: "tag--good",
    SlaException.Status.REQUESTED: "tag--warn",
    SlaException.Status.APPROVED: "tag--on",
    SlaException.Status.ACCEPTED: "tag--good",
    SlaException.Status.CONTESTED: "tag--bad",
}


def issue_link(issue: Issue) -> SafeString:
    """Return title, reference and client, leading to the staff's page of the issue."""
    return format_html(
        '<span class="q-cell"><a class="q-link" href="{}">{}</a><span class="q-sub"><span class="q-ref">{}</span> {}</span></span>',
        reverse("admin:issues_issue_change", args=[issue.pk]),
        issue.title,
        issue.reference,
        issue.organization,
    )


def status_tag(one: Any) -> SafeString:
    """Return the status as a tag with its word."""
    return format_html('<span class="tag {}">{}</span>', TONES.get(one.status, ""), one.get_status_display())


@admin.register(Escalation)
class EscalationAdmin(ReadOnlyAdmin):
    """What was escalated, to whom, and who has it in hand."""

    read_act = "issue.read"
    list_display = ("issue_column", "why", "role", "status_column", "due_column")
    list_display_links = None
    list_select_related = (
        "issue__organization",
        "obligation",
        "step",
        "acknowledged_by__user",
        "raised_by__user",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("role", ChoicesDropdownFilter),
        ("issue__level", ChoicesDropdownFilter),
    )
    search_fields = ("issue__reference", "issue__title", "issue__organization__name")
    search_help_text = "Reference, title or client"
    ordering = ("-pk",)
    sortable_by = ("due_column",)
    actions = ("acknowledge",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Escalation]:
        """Return the escalations of issues that this person may read."""
        return Escalation.objects.visible_to(actor_of(request))

    @admin.display(description="Issue")
    def issue_column(self, escalation: Escalation) -> SafeString:
        """The issue, as a link to its page."""
        return issue_link(escalation.issue)

    @admin.display(description="Why")
    def why(self, escalation: Escalation) -> SafeString:
        """The step that ran, or who raised it and why."""
        if escalation.step and escalation.obligation:
            first, more = escalation.obligation.get_metric_display(), escalation.step.when
        else:
            who = escalation.raised_by.user if escalation.raised_by else ""
            first, more = f"Raised by {who}", escalation.reason
        return cell(first, more)

    @admin.display(description="Status")
    def status_column(self, escalation: Escalation) -> SafeString:
        """Status in a word, and who took it in hand after how long."""
        more = ""
        if escalation.acknowledged_by and escalation.acknowledged_at:
            after = spoken(escalation.acknowledged_at - escalation.fired_at)
            more = f"{escalation.acknowledged_by.user}, after {after}"
        return cell(status_tag(escalation), more)

    @admin.display(description="Due", ordering="due_at")
    def due_column(self, escalation: Escalation) -> SafeString:
        """When the step was to run, and how late it ran if it was."""
        late = f"ran {spoken(escalation.fired_at - escalation.due_at)} late" if escalation.late else ""
        return cell(instant(escalation.due_at), late)

    def has_acknowledge_permission(self, request: HttpRequest) -> bool:
        """Whether this person may take escalations in hand."""
        return permissions.may(actor_of(request), "escalation.acknowledge")

    @admin.action(description="Take in hand (acknowledge)", permissions=["acknowledge"])
    def acknowledge(self, request: HttpRequest, queryset: QuerySet[Escalation]) -> None:
        """Acknowledge each chosen escalation; what is refused is named."""
        member, done = member_of(request), 0
        for escalation in queryset.select_related("issue__organization", "issue__agreement"):
            try:
                services.acknowledge(escalation=escalation, actor=member, now=datetime.now(UTC))
                done += 1
            except (Refused, NotAllowed) as error:
                messages.error(request, f"{escalation.issue.reference}: {error}")
        if done:
            messages.success(
                request, f"{done} escalation{'s' if done > 1 else ''} in your hands. The next steps wait."
            )


@admin.register(SlaException)
class SlaExceptionAdmin(ReadOnlyAdmin):
    """Exceptions: reasons for delay and mitigation plans, with who approved and what the client said."""

    read_act = "issue.read"
    list_display = (
        "issue_column",
        "effect_column",
        "cause",
        "status_column",
        "requested_column",
        "until_column",
    )
    list_select_related = ("issue__organization",)
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("effect", ChoicesDropdownFilter),
        ("cause", ChoicesDropdownFilter),
    )
    search_fields = ("issue__reference", "issue__title", "issue__organization__name")
    search_help_text = "Reference, title or client"
    list_display_links = ("effect_column",)
    ordering = ("-pk",)
    sortable_by = ("requested_column", "until_column")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SlaException]:
        """Return the exceptions of issues that this person may read."""
        return SlaException.objects.visible_to(actor_of(request))

    @admin.display(description="Issue")
    def issue_column(self, exception: SlaException) -> SafeString:
        """The issue, as a link to its page."""
        return issue_link(exception.issue)

    @admin.display(description="Effect")
    def effect_column(self, exception: SlaException) -> str:
        """What it changes, and on which clock."""
        return f"{exception.get_effect_display()} ({exception.get_metric_display().lower()})"

    @admin.display(description="Status")
    def status_column(self, exception: SlaException) -> SafeString:
        """Status in a word."""
        return status_tag(exception)

    @admin.display(description="Requested", ordering="requested_at")
    def requested_column(self, exception: SlaException) -> str:
        """When it was asked for."""
        return instant(exception.requested_at)

    @admin.display(description="New date", ordering="until")
    def until_column(self, exception: SlaException) -> str:
        """Until when time is added."""
        return instant(exception.until)
