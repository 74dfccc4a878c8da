"""The report on paper: one template for typst, the report as its data, the same bytes for the same report.

The fonts are those inside typst, so a machine without fonts sets the same pages as any other.
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import typst
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from slaportal.reports import charts
from slaportal.reports.presentation import Cell, Shown

SOURCE: Final = Path(__file__).with_name("report.typ")


def pdf(shown: Shown, *, url: str, draft: bool = False) -> bytes:
    """Return the PDF. `url`: where the numbers of an issued report lead, "" for a draft, whose numbers lead nowhere."""
    values = {**asdict(shown), "url": url, "draft": _("Draft") if draft else "", "words": _words()}
    values["charts"] = [chart(cell) for cell in shown.trend]
    made: bytes = typst.compile(
        SOURCE.read_bytes(),
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(_plain(values, shown.zone), ensure_ascii=False)},
        timestamp=int(shown.cut.timestamp()),
    )
    return made


def chart(cell: Cell, *, numbers: str = "") -> str:
    """Return the chart of one cell of the trend, the same on the page and on paper."""
    return charts.trend(cell.points, label=f"{cell.label}: {cell.change}", numbers=numbers)


def _words() -> dict[str, str]:
    """Return the headings of the report."""
    return {
        "promise": _("Promise"),
        "kept": _("Met / decided"),
        "strict": _("Strict"),
        "adjusted": _("Adjusted"),
        "interval": _("95 % interval"),
        "left": _("Allowed to miss"),
        "undecided": _("Undecided"),
        "at_risk": _("at risk"),
        "median": _("Median"),
        "p90": _("P90"),
        "survival": _("Median incl. open"),
        "missed": _("Every missed deadline"),
        "nothing_missed": _("No deadline was missed in this period."),
        "no_reason": _("Reason missing"),
        "due": _("due"),
        "late": _("late by"),
        "trend": _("Six periods: share met with its 95 % interval"),
        "flow": _("In and out"),
        "opened": _("Opened"),
        "resolved": _("Resolved"),
        "reopened": _("Reopened"),
        "open": _("Open"),
        "age": _("Age in working days"),
        "oldest": _("Oldest"),
        "levels": _("Levels"),
        "settled": _("settled"),
        "agreed_first": _("at the client's first proposal"),
        "disputed": _("disputed"),
        "lapsed": _("by silence"),
        "waiting": _("Time of waiting"),
        "no_waiting": _("Nothing waited for anybody in this period."),
        "asked": _("Asked of the client"),
        "nothing_asked": _("Nothing is asked of the client."),
        "satisfaction": _("Satisfaction"),
        "no_answers": _("Nobody was asked in this period. Silence is not satisfaction."),
        "actions": _("Overdue actions"),
        "no_actions": _("No action from a post-mortem is overdue."),
        "aside": _("Not in the share"),
        "changes": _("Changes to earlier reports"),
        "no_changes": _("Nothing that was reported earlier has changed."),
        "instead": _("instead of"),
        "since": _("Period from"),
    }


def _plain(value: Any, zone: str) -> Any:
    """Return `value` in what JSON knows, instants as local text."""
    match value:
        case datetime():
            there = value.astimezone(ZoneInfo(zone))
            return f"{date_format(there, 'j M')}, {there:%H:%M}"
        case dict():
            return {name: _plain(one, zone) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one, zone) for one in value]
        case _:
            return value
