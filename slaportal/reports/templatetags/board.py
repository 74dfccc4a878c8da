"""Figures of the dashboard on pages: its own, and the admin's front page, which knows nothing of reports."""

from typing import Any

from django import template
from django.urls import reverse

from slaportal.issues.counting import Row
from slaportal.reports.selectors.board import figures, unacknowledged
from slaportal.reports.selectors.month import month_of
from slaportal.reports.selectors.viewpoints import Viewpoint

register = template.Library()


@register.inclusion_tag("reports/board/score.html", takes_context=True)
def score(context: dict[str, Any], row: Row) -> dict[str, Any]:
    """Show met of decided with the share and its interval; percents are rounded down, so that 100 means all."""
    share, interval = row.strict.share, row.strict.interval()
    known = share is not None and interval is not None
    return {
        "row": row,
        "wall": context.get("wall"),
        "client": context.get("client"),
        "percent": int(100 * share) if known and share is not None else None,
        "interval": [round(100 * end) for end in interval] if interval else None,
    }


@register.inclusion_tag("reports/front_cards.html", takes_context=True)
def board_cards(context: dict[str, Any]) -> dict[str, Any]:
    """Show the dashboard's six cards to the staff, each leading to its queue of the admin. Reads `now` of the page."""
    viewpoint, now = Viewpoint(context["request"].membership), context["now"]
    issues, queue = viewpoint.issues(), reverse("admin:issues_issue_changelist")
    cards = figures(issues, member=viewpoint.member, now=now)
    return {
        "cards": [(card, f"{queue}?queue={card.key}") for card in cards],
        "month": month_of(viewpoint, now=now),
        "month_href": reverse("reports:month"),
        "escalated": unacknowledged(issues, member=viewpoint.member, now=now),
        "escalated_href": f"{queue}?queue=escalated",
    }
