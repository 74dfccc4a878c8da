"""What later facts changed about reports that were issued: the frozen number stays, the new one is told beside it."""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from slaportal.policies.models import Agreement
from slaportal.reports.figures import STATED, Item, Lists, key, lists_of
from slaportal.reports.models import StatusReport
from slaportal.reports.periods import Period

# Periods back that are looked at again: a year of months, a quarter of weeks.
LOOKED_AT = 12
Change = dict[str, Any]


def earlier_reports(agreement: Agreement, period: Period) -> list[StatusReport]:
    """Return the issued reports of the periods before `period` that are looked at again, the oldest first."""
    earliest = period.back(LOOKED_AT + 1)[0].begins
    found = StatusReport.objects.filter(
        agreement=agreement,
        cadence=period.cadence,
        state=StatusReport.State.ISSUED,
        begins__gte=earliest,
        begins__lt=period.begins,
    )
    return list(found.order_by("begins"))


def changes(reports: Sequence[StatusReport], items: Sequence[Item], levels: Sequence[str]) -> list[Change]:
    """Return what differs now from what was last stated of the periods of `reports`, oldest period first.

    Each change names period, level, metric and kind, what the number `was` and what it `now` is, and which issues
    were `added` to its list and `removed` from it.
    """
    found = []
    parts = _by_period(reports, items)
    for place, report in enumerate(reports):
        now = lists_of(parts[place], levels=levels, begins=report.begins, ends=report.ends)
        found += list(_differences(report, last_stated(report, reports), now, levels))
    return found


def last_stated(report: StatusReport, reports: Sequence[StatusReport]) -> Lists:
    """Return the lists of `report` with the changes that the later ones among `reports` told of them."""
    lists = {name: list(issues) for name, issues in json.loads(report.data)["lists"].items()}
    for later in reports:
        for change in json.loads(later.data)["changes"] if later.begins > report.begins else ():
            if change["report"] == report.reference:
                name = key(change["kind"], change["level"], change["metric"])
                kept = [one for one in lists.get(name, []) if one not in change["removed"]]
                lists[name] = kept + change["added"]
    return lists


def _by_period(reports: Sequence[StatusReport], items: Sequence[Item]) -> dict[int, list[Item]]:
    """Return the items decided in the period of each report, by its place."""
    begins = [report.begins for report in reports]
    parts: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        if item.decided_at is not None:
            parts[bisect_right(begins, item.decided_at) - 1].append(item)
    return parts


def _differences(report: StatusReport, was: Lists, now: Lists, levels: Sequence[str]) -> list[Change]:
    found = []
    for level in levels:
        for metric in ("response", "resolution"):
            for kind in STATED:
                name = key(kind, level, metric)
                before, after = was.get(name, []), now.get(name, [])
                if set(before) == set(after):
                    continue
                found.append(
                    {
                        "report": report.reference,
                        "begins": report.begins,
                        "ends": report.ends,
                        "level": level,
                        "metric": metric,
                        "kind": kind,
                        "was": len(before),
                        "now": len(after),
                        "added": sorted(set(after) - set(before)),
                        "removed": sorted(set(before) - set(after)),
                    }
                )
    return found
