"""The report inside a mail: its sections as labels and values, which every mail program shows at any width."""

from typing import Any

from django.utils.translation import gettext as _

from slaportal.reports.presentation import Line, Shown


def sections(shown: Shown) -> list[dict[str, Any]]:
    """Return the sections that say something, in the order of the page, in the language in force."""
    found = [
        (_("Deadlines"), [(f"{one.level_label}, {one.metric_label}", _deadline(one)) for one in shown.lines]),
        (_("Every missed deadline"), [(one.reference, _missed(one)) for one in shown.missed]),
        (_("Six periods"), [(cell.label, _trend(cell)) for cell in shown.trend]),
        (_("In and out"), [(one["label"], _flow(one)) for one in shown.flow]),
        (_("Asked of the client"), [(one["label"], ", ".join(one["issues"])) for one in shown.asked]),
        (_("Satisfaction"), [(_("Answers"), line) for line in shown.satisfaction]),
        (_("Overdue actions"), [(one["reference"], f"{one['text']}, {one['due']}") for one in shown.actions]),
        (_("Not in the share"), [(one["label"], str(one["total"])) for one in shown.aside if one["total"]]),
        (_("Changes to earlier reports"), [_change(one) for one in shown.changes]),
        (_("About this report"), shown.footer),
    ]
    return [{"title": title, "rows": [list(row) for row in rows]} for title, rows in found if rows]


def _deadline(line: Line) -> str:
    if not line.decided.value:
        return _("none decided") + (
            f", {_('undecided')}: {line.undecided.value}" if line.undecided.value else ""
        )
    parts = [
        f"{line.met.value}/{line.decided.value}",
        f"{_('strict')} {line.strict}",
        f"{_('adjusted')} {line.adjusted}",
        f"{_('interval')} {line.interval}" if line.interval else "",
        f"{_('allowed to miss')}: {line.left}",
        f"{_('undecided')}: {line.undecided.value}",
        f"{_('median')} {line.median}",
    ]
    return ", ".join(part for part in parts if part)


def _missed(one: Any) -> str:
    reason = one.reason or _("Reason missing")
    return f"{one.title} – {one.level_label}, {one.metric_label}, {_('late by')} {one.late} – {reason}"


def _trend(cell: Any) -> str:
    shares = [f"{one['met']}/{one['decided']}" if one["decided"] else "–" for one in cell.points]
    return f"{' · '.join(shares)} ({cell.change})"


def _flow(one: Any) -> str:
    words = (
        ("opened", _("opened")),
        ("resolved", _("resolved")),
        ("reopened", _("reopened")),
        ("open", _("open")),
    )
    return ", ".join(f"{one[kind].value} {word}" for kind, word in words)


def _change(one: Any) -> tuple[str, str]:
    issues = ", ".join(one["issues"])
    return (
        f"{one['since']}, {one['cell']}",
        f"{one['label']} {one['now']} ({_('was')} {one['was']}): {issues}",
    )
