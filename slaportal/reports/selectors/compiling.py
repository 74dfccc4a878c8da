"""A status report put together: plain values, every number with the list of issues behind it (spec §6)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Max

from slaportal.ledger.models import Event
from slaportal.ledger.selectors import latest_checkpoint
from slaportal.policies.models import Agreement
from slaportal.policies.selectors import targets_of
from slaportal.reports.definitions import CURRENT
from slaportal.reports.figures import Lists, lists_of, rows_of, trend_of
from slaportal.reports.models import ReportingTerms
from slaportal.reports.periods import LEVELS, Period
from slaportal.reports.selectors import restating, sections
from slaportal.reports.selectors.gathering import Gathered, gather

TREND = 6
Data = dict[str, Any]


def compile_report(
    agreement: Agreement,
    period: Period,
    *,
    cut: datetime,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Data:
    """Return everything that the report of `period` says, as known at `cut`.

    `lists` holds the references behind every number by `figures.key`; the rest is made of plain values whose shapes
    are those of `figures.rows_of`, `figures.trend_of`, `sections` and `restating.changes`. Instants are aware.
    """
    reports = restating.earlier_reports(agreement, period)
    trend = period.back(TREND)
    earliest = min([trend[0].begins, *(report.begins for report in reports)])
    gathered = gather(agreement, period, earliest=earliest, cut=cut, on_rows=on_rows)
    data, lists = _figures(gathered, trend)
    return {
        **_head(agreement, period, cut),
        **data,
        "breaches": sections.breaches(gathered, LEVELS[period.cadence]),
        "satisfaction": sections.satisfied(gathered, LEVELS[period.cadence]),
        "actions": sections.overdue_actions(gathered, LEVELS[period.cadence]),
        "asked": sections.asked_of_client(gathered, LEVELS[period.cadence]),
        "changes": restating.changes(reports, gathered.items, LEVELS[period.cadence]),
        "lists": lists,
    }


def _head(agreement: Agreement, period: Period, cut: datetime) -> Data:
    version = agreement.policy_version
    return {
        "organization": agreement.organization.name,
        "policy": version.policy.name,
        "policy_version": version.number,
        "policy_hash": version.content_hash,
        "cadence": period.cadence,
        "levels": list(LEVELS[period.cadence]),
        "first": period.first.isoformat(),
        "after": period.after.isoformat(),
        "begins": period.begins,
        "ends": period.ends,
        "zone": period.zone,
        "cut": cut,
        "definitions": CURRENT,
        "checkpoint": _checkpoint(agreement),
        "ledger_position": Event.objects.aggregate(last=Max("pk"))["last"] or 0,
        "target": target_of(agreement),
        "promises": [
            {
                "level": one.level,
                "metric": one.metric,
                "amount": one.amount,
                "unit": one.unit,
                "bound": one.bound,
            }
            for one in targets_of(version)
            if one.level in LEVELS[period.cadence]
        ],
    }


def _checkpoint(agreement: Agreement) -> Data | None:
    """Return the newest checkpoint of the client's sealed history: once it is in a mailbox nobody can bend the past."""
    newest = latest_checkpoint(agreement.organization)
    if newest is None:
        return None
    return {"log": newest.log.reference, "size": newest.size, "root": newest.root}


def _figures(gathered: Gathered, trend: list[Period]) -> tuple[Data, Lists]:
    period, levels = gathered.period, LEVELS[gathered.period.cadence]
    within = {"begins": period.begins, "ends": period.ends}
    lists = lists_of(gathered.items, levels=levels, **within)
    target = float(target_of(gathered.agreement))
    rows = rows_of(gathered.items, lists, levels=levels, target=target, since=trend[0].begins, **within)
    bounds = [*(one.begins for one in trend), period.ends]
    cells, behind_trend = trend_of(gathered.items, levels=levels, bounds=bounds)
    flows, behind_flow = sections.flow(gathered, levels)
    settled, behind_settled = sections.classification(gathered, levels)
    data = {
        "rows": rows,
        "trend": cells,
        "flow": flows,
        "classification": settled,
        "waiting": sections.waiting(gathered, levels),
    }
    return data, {**lists, **behind_trend, **behind_flow, **behind_settled}


def target_of(agreement: Agreement) -> Any:
    """Return the share in percent that has to be met; 100 where the parties agreed on no other."""
    terms = ReportingTerms.objects.filter(agreement=agreement).first()
    return terms.target_percent if terms else 100
