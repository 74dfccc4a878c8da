"""The staff's front page: the one issue that needs you now, and the levels that wait for the vendor's answer.

The six cards are those of the dashboard (reports).
"""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue
from slaportal.issues.selectors import lists, queues
from slaportal.issues.selectors.clocks import next_face
from slaportal.issues.selectors.duties import duties
from slaportal.notifications.models import Heartbeat
from slaportal.notifications.selectors import failed


def never_watched() -> bool:
    """Whether the watch has not run even once; one that fell silent is told on every page (admin/base_site.html)."""
    return not Heartbeat.objects.filter(name="watch").exists()


def front_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the admin's front page (UNFOLD DASHBOARD_CALLBACK)."""
    member: Membership | None = getattr(request, "membership", None)
    now = datetime.now(UTC)
    reads = permissions.may(member, "issue.read")
    issue = queues.needs_you_now(member=member) if reads else None
    visible = Issue.objects.visible_to(member)
    waiting, waiting_count = (
        lists.awaiting_answer(visible, member=member, now=now) if member and reads else ([], 0)
    )
    context |= {
        "title": _("Overview"),
        "delayed": never_watched(),
        "now": now,
        "urgent": issue,
        "urgent_clock": next_face(issue.obligations.all(), now=now) if issue else None,
        "urgent_duties": duties(issue, party=member.party, reader=member)[:2] if issue and member else [],
        "urgent_mine": issue is not None and member is not None and issue.assigned_to_id == member.pk,
        "waiting": waiting,
        "waiting_count": waiting_count,
        "reads_issues": reads,
        "failed_messages": failed().count() if permissions.may(member, "message.read") else 0,
    }
    return context
