"""The staff's front page: the one issue that needs you now, and six numbers, each leading to its queue."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.issues.selectors import queues
from slaportal.issues.selectors.clocks import next_face
from slaportal.issues.selectors.duties import duties
from slaportal.notifications.models import Heartbeat
from slaportal.notifications.selectors import failed

# Queue, words and tone of each card; the tone holds while the number is not 0.
CARDS: Final = (
    ("breaching", _("Breaching now"), "breaching", "breach"),
    ("due", _("Due in the next 2 h"), "at_risk", "risk"),
    ("response", _("Waiting for first response"), "not_started", "run"),
    ("level", _("Level not agreed"), "high", "run"),
    ("waiting", _("Waiting or paused"), "paused", "calm"),
    ("escalated", _("Escalations unacknowledged"), "up", "breach"),
)


@dataclass(frozen=True, slots=True)
class Card:
    """One number and the queue behind it."""

    label: str | Promise
    hint: str | Promise
    count: int
    href: str
    shape: str
    tone: str


def cards(*, member: Membership | None, now: datetime) -> list[Card]:
    """Return the six cards for `member`; each count is that of the list its link leads to."""
    counts = queues.counts([key for key, *_ in CARDS], member=member, now=now)
    href = reverse("admin:issues_issue_changelist")
    return [
        Card(
            label,
            queues.BY_KEY[key].hint,
            counts[key],
            f"{href}?queue={key}",
            shape,
            tone if counts[key] else "calm",
        )
        for key, label, shape, tone in CARDS
    ]


def never_watched() -> bool:
    """Whether the watch has not run even once; one that fell silent is told on every page (admin/base_site.html)."""
    return not Heartbeat.objects.filter(name="watch").exists()


def front_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the admin's front page (UNFOLD DASHBOARD_CALLBACK)."""
    member: Membership | None = getattr(request, "membership", None)
    now = datetime.now(UTC)
    reads = permissions.may(member, "issue.read")
    issue = queues.needs_you_now(member=member) if reads else None
    context |= {
        "title": _("Overview"),
        "delayed": never_watched(),
        "cards": cards(member=member, now=now) if reads else [],
        "urgent": issue,
        "urgent_clock": next_face(issue.obligations.all(), now=now) if issue else None,
        "urgent_duties": duties(issue, party=member.party, reader=member)[:2] if issue and member else [],
        "urgent_mine": issue is not None and member is not None and issue.assigned_to_id == member.pk,
        "reads_issues": reads,
        "failed_messages": failed().count() if permissions.may(member, "message.read") else 0,
    }
    return context
