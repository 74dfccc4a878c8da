"""Figures of the dashboard on pages: its own, and the admin's front page, which knows nothing of reports."""

from typing import Any

from django import template

from slaportal.issues.counting import Row

register = template.Library()


@register.inclusion_tag("reports/board/score.html")
def score(row: Row) -> dict[str, Any]:
    """Show met of decided with the share and its interval; percents are rounded down, so that 100 means all."""
    share, interval = row.strict.share, row.strict.interval()
    known = share is not None and interval is not None
    return {
        "row": row,
        "percent": int(100 * share) if known and share is not None else None,
        "interval": [round(100 * end) for end in interval] if interval else None,
    }
