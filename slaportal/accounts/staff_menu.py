"""The sidebar of the staff's admin: the agreement's five sections, with the pages that a person may open."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions


@dataclass(frozen=True, slots=True)
class Page:
    """One line: its words, the name of its address, an icon, and the act it needs where it is no list of the admin."""

    title: str | Promise
    name: str
    icon: str
    act: str = ""


# The agreement's five sections, then what keeps the portal running. A page that does not exist is left out.
SECTIONS: Final = (
    ("", (Page(_("Overview"), "admin:index", "dashboard"),)),
    (
        _("Issues"),
        (
            Page(_("Queue"), "admin:issues_issue_changelist", "inbox"),
            Page(_("Report for a client"), "issues:submit", "add_circle", "issue.submit"),
            Page(_("Obligations"), "admin:issues_obligation_changelist", "timer"),
        ),
    ),
    (
        _("SLA by criticality"),
        (
            Page(_("Policies"), "admin:policies_policy_changelist", "description"),
            Page(_("Policy versions"), "admin:policies_policyversion_changelist", "history_edu"),
            Page(_("Agreements"), "admin:policies_agreement_changelist", "handshake"),
            Page(_("Business calendars"), "admin:policies_businesscalendar_changelist", "calendar_month"),
            Page(_("SLA calculator"), "policies:calculator", "calculate", "policy.read"),
        ),
    ),
    (
        _("Exceptions and escalations"),
        (
            Page(_("Escalations"), "admin:escalations_escalation_changelist", "notification_important"),
            Page(_("Exceptions"), "admin:escalations_slaexception_changelist", "rule"),
            Page(_("Standing exceptions"), "escalations:standing", "event_repeat", "policy.read"),
            Page(_("Escalation matrix"), "admin:escalations_matrixstep_changelist", "grid_on"),
        ),
    ),
    (
        _("Reporting and monitoring"),
        (
            Page(_("Dashboard"), "reports:dashboard", "monitoring", "issue.read"),
            Page(_("Status reports"), "reports:list", "summarize", "issue.read"),
            Page(_("Audits"), "admin:reports_audit_changelist", "fact_check"),
            Page(_("Findings"), "admin:reports_finding_changelist", "assignment_late"),
            Page(_("Ledger"), "admin:ledger_event_changelist", "receipt_long"),
            Page(_("Sealed history"), "ledger:checkpoints", "verified", "ledger.read"),
        ),
    ),
    (
        _("Continuous improvement"),
        (
            Page(_("Post-mortems"), "feedback:postmortems", "troubleshoot", "postmortem.analyze"),
            Page(_("Actions"), "feedback:actions", "task_alt", "postmortem.analyze"),
            Page(_("Factors over time"), "feedback:factors", "bar_chart", "postmortem.analyze"),
            Page(_("Surveys"), "admin:feedback_survey_changelist", "reviews"),
        ),
    ),
    (
        _("People and operation"),
        (
            Page(_("Organizations"), "admin:accounts_organization_changelist", "domain"),
            Page(_("People"), "admin:accounts_user_changelist", "person"),
            Page(_("Memberships"), "admin:accounts_membership_changelist", "badge"),
            Page(_("Invitations"), "admin:accounts_invitation_changelist", "mail"),
            Page(_("Identity providers"), "admin:accounts_identityprovider_changelist", "key"),
            Page(_("Mail in"), "admin:integrations_inboundmail_changelist", "mark_email_unread"),
            Page(_("Outbox"), "admin:notifications_message_changelist", "outbox"),
            Page(_("Words of messages"), "admin:notifications_templateversion_changelist", "edit_note"),
            Page(_("Heartbeats"), "admin:notifications_heartbeat_changelist", "ecg_heart"),
            Page(_("Rows set aside"), "admin:escalations_setaside_changelist", "pause_circle"),
            Page(_("Standstills"), "admin:escalations_standstill_changelist", "timer_off"),
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
