"""The sidebar of the staff's admin: the agreement's five sections, with the pages that a person may open."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from slaportal.accounts import permissions


@dataclass(frozen=True, slots=True)
class Page:
    """One line: its words, the name of its address, an icon, and the act it needs where it is no list of the admin."""

    title: str
    name: str
    icon: str
    act: str = ""


# The agreement's five sections, then what keeps the portal running. A page that does not exist is left out.
SECTIONS: Final = (
    ("", (Page("Overview", "admin:index", "dashboard"),)),
    (
        "Issues",
        (
            Page("Queue", "admin:issues_issue_changelist", "inbox"),
            Page("Report for a client", "issues:submit", "add_circle", "issue.submit"),
            Page("Obligations", "admin:issues_obligation_changelist", "timer"),
        ),
    ),
    (
        "SLA by criticality",
        (
            Page("Policies", "admin:policies_policy_changelist", "description"),
            Page("Policy versions", "admin:policies_policyversion_changelist", "history_edu"),
            Page("Agreements", "admin:policies_agreement_changelist", "handshake"),
            Page("Business calendars", "admin:policies_businesscalendar_changelist", "calendar_month"),
            Page("SLA calculator", "policies:calculator", "calculate", "policy.read"),
        ),
    ),
    (
        "Exceptions and escalations",
        (
            Page("Escalations", "admin:escalations_escalation_changelist", "notification_important"),
            Page("Exceptions", "admin:escalations_slaexception_changelist", "rule"),
            Page("Standing exceptions", "escalations:standing", "event_repeat", "policy.read"),
            Page("Escalation matrix", "admin:escalations_matrixstep_changelist", "grid_on"),
        ),
    ),
    (
        "Reporting and monitoring",
        (
            Page("Dashboard", "reports:dashboard", "monitoring", "issue.read"),
            Page("Status reports", "reports:list", "summarize", "issue.read"),
            Page("Audits", "reports:audits", "fact_check", "issue.read"),
            Page("Ledger", "admin:ledger_event_changelist", "receipt_long"),
        ),
    ),
    (
        "Continuous improvement",
        (
            Page("Post-mortems", "feedback:postmortems", "troubleshoot", "postmortem.analyze"),
            Page("Actions", "feedback:actions", "task_alt", "postmortem.analyze"),
            Page("Factors over time", "feedback:factors", "bar_chart", "postmortem.analyze"),
            Page("Surveys", "admin:feedback_survey_changelist", "reviews"),
        ),
    ),
    (
        "People and operation",
        (
            Page("Organizations", "admin:accounts_organization_changelist", "domain"),
            Page("People", "admin:accounts_user_changelist", "person"),
            Page("Memberships", "admin:accounts_membership_changelist", "badge"),
            Page("Invitations", "admin:accounts_invitation_changelist", "mail"),
            Page("Outbox", "admin:notifications_message_changelist", "outbox"),
            Page("Words of messages", "admin:notifications_templateversion_changelist", "edit_note"),
            Page("Heartbeats", "admin:notifications_heartbeat_changelist", "ecg_heart"),
            Page("Rows set aside", "admin:escalations_setaside_changelist", "pause_circle"),
            Page("Standstills", "admin:escalations_standstill_changelist", "timer_off"),
        ),
    ),
)


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sections for the person who asks, in the form of UNFOLD["SIDEBAR"]["navigation"]."""
    found = []
    for title, pages in SECTIONS:
        items = [line for page in pages if (line := _line(request, page))]
        if items:
            found.append({"title": title, "items": items})
    return found


def _line(request: HttpRequest, page: Page) -> dict[str, Any] | None:
    """Return one line; None where there is nothing to open."""
    try:
        link = reverse(page.name)
    except NoReverseMatch:
        return None
    if page.act and not permissions.may(getattr(request, "membership", None), page.act):
        return None
    label = page.name.removeprefix("admin:").removesuffix("_changelist").replace("_", ".", 1)
    for model, model_admin in admin.site._registry.items():
        if model._meta.label_lower == label and not model_admin.has_module_permission(request):
            return None
    here = request.path == link if page.name == "admin:index" else request.path.startswith(link)
    return {"title": page.title, "link": link, "icon": page.icon, "active": here}
