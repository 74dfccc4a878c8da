"""The report as tables: one long list for CSV, a sheet a section for spreadsheets. No cell is taken for a formula."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from slaportal.lib.sheets import safe_cell, to_csv
from slaportal.reports.presentation import AGE_WORDS, Shown

Table = tuple[str, list[str], list[list[object]]]


def csv(shown: Shown, data: Mapping[str, Any]) -> bytes:
    """Return every section under the other: section, then its cells by name and value, a line each."""
    rows: list[list[object]] = []
    for title, header, lines in tables(shown, data):
        for number, line in enumerate(lines, 1):
            rows += [[title, number, name, value] for name, value in zip(header, line, strict=True)]
    return to_csv([_("Section"), _("Line"), _("Name"), _("Value")], rows).encode()


def xlsx(shown: Shown, data: Mapping[str, Any]) -> bytes:
    """Return a workbook with a sheet a section; numbers are numbers."""
    book = Workbook()
    book.remove(book.active)
    for title, header, lines in tables(shown, data):
        sheet = book.create_sheet(title[:31])
        sheet.append([safe_cell(name) for name in header])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for line in lines:
            sheet.append([value if isinstance(value, int) else safe_cell(value) for value in line])
        for column, name in zip(sheet.columns, header, strict=True):
            longest = max(len(str(cell.value or "")) for cell in column)
            sheet.column_dimensions[column[0].column_letter].width = min(60, max(len(name), longest) + 2)
            for cell in column:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.freeze_panes = "A2"
    book.properties.created = book.properties.modified = shown.cut.replace(tzinfo=None)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def tables(shown: Shown, data: Mapping[str, Any]) -> Iterator[Table]:
    """Yield title, header and rows of each section, in the order of the page."""
    about: list[list[object]] = [
        [_("Report"), shown.title],
        [_("Client"), shown.organization],
        [_("Days"), shown.period],
        [_("Verdict"), shown.verdict],
        *_listed(shown.footer),
    ]
    yield _("Report"), [_("Name"), _("Value")], about
    yield _deadlines(shown, data)
    yield _missed(shown)
    yield _trend(shown)
    yield _flow(shown)
    yield (
        _("Waiting"),
        [_("For"), _("Reason"), _("Seconds"), _("Issues")],
        [[one["party"], one["reason"], one["seconds"], ", ".join(one["issues"])] for one in shown.waiting],
    )
    yield (
        _("Asked of the client"),
        [_("What"), _("Issues")],
        [[one["label"], ", ".join(one["issues"])] for one in shown.asked],
    )
    yield _("Satisfaction"), [_("Answers")], [[line] for line in shown.satisfaction]
    yield (
        _("Overdue actions"),
        [_("Issue"), _("Action"), _("Due")],
        [[one["reference"], one["text"], one["due"]] for one in shown.actions],
    )
    yield (
        _("Not in the share"),
        [_("Kind"), _("Number")],
        [[one["label"], one["total"]] for one in shown.aside],
    )
    yield (
        _("Changes to earlier reports"),
        [_("Period from"), _("Deadline"), _("Kind"), _("Was"), _("Now"), _("Issues")],
        [
            [one["since"], one["cell"], one["label"], one["was"], one["now"], ", ".join(one["issues"])]
            for one in shown.changes
        ],
    )
    behind = [[name, len(issues), " ".join(issues)] for name, issues in sorted(data["lists"].items())]
    # A cell of a spreadsheet holds 32,767 characters.
    cut: list[list[object]] = [
        [name, count, text if len(text) < 32_000 else ""] for name, count, text in behind
    ]
    yield _("Behind the numbers"), [_("List"), _("Number"), _("Issues")], cut


def _deadlines(shown: Shown, data: Mapping[str, Any]) -> Table:
    header = [
        *(_("Level"), _("Deadline"), _("Promise"), _("Met"), _("Missed"), _("Strict"), _("95 % interval")),
        *(_("Met after exceptions"), _("Missed after exceptions"), _("Adjusted"), _("Allowed to miss")),
        *(_("Undecided"), _("At risk"), _("Not counted"), _("Stopped")),
        *(_("Median, seconds"), _("P90, seconds"), _("Median incl. open, seconds")),
    ]
    lines: list[list[object]] = [
        [
            *(line.level_label, line.metric_label, line.promise, row["met"], row["breached"], line.strict),
            *(line.interval, row["adjusted_met"], row["adjusted_breached"], line.adjusted, row["left"]),
            *(row["undecided"], row["at_risk"], row["not_counted"], row["stopped"]),
            *(row["median"], row["p90"], row["survival"]),
        ]
        for line, row in zip(shown.lines, data["rows"], strict=True)
    ]
    return _("Deadlines"), header, lines


def _missed(shown: Shown) -> Table:
    header = [
        _("Issue"),
        _("Title"),
        _("Level"),
        _("Deadline"),
        _("Due"),
        _("Late by"),
        _("Reason"),
        _("Plan"),
    ]
    lines: list[list[object]] = [
        [
            *(one.reference, one.title, one.level_label, one.metric_label, one.due.isoformat(), one.late),
            *(one.reason or _("Reason missing"), one.plan),
        ]
        for one in shown.missed
    ]
    return _("Missed"), header, lines


def _trend(shown: Shown) -> Table:
    header = [_("Deadline"), _("Period from"), _("Met"), _("Decided"), _("Change")]
    lines: list[list[object]] = [
        [cell.label, point["label"], point["met"], point["decided"], cell.change if last else ""]
        for cell in shown.trend
        for point, last in zip(cell.points, [False] * (len(cell.points) - 1) + [True], strict=True)
    ]
    return _("Trend"), header, lines


def _flow(shown: Shown) -> Table:
    ages = [f"{words} {_('working days')}" for words in AGE_WORDS]
    header = [_("Level"), _("Opened"), _("Resolved"), _("Reopened"), _("Open"), *ages, _("Oldest")]
    lines: list[list[object]] = [
        [
            one["label"],
            *(one[kind].value for kind in ("opened", "resolved", "reopened", "open")),
            *(age.value for age, _words in one["ages"]),
            one["oldest"],
        ]
        for one in shown.flow
    ]
    return _("In and out"), header, lines


def _listed(pairs: list[tuple[str, str]]) -> list[list[object]]:
    return [[name, value] for name, value in pairs]
