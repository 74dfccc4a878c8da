"""Fetching what a status report is made of: obligations with their issues, and what happened in the period."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Q

from slaportal.issues.counting import is_undecided
from slaportal.issues.models import Issue, Obligation
from slaportal.ledger.models import Event
from slaportal.policies.models import Agreement
from slaportal.reports.figures import Item
from slaportal.reports.periods import Period

PART = 500
TOLD = (
    "level.governs",
    "classification.countered",
    "classification.disputed",
    "issue.resolved",
    "issue.reopened",
    "escalation.warned",
)
ENDED = ("withdrawn", "duplicate")
FIELDS = (
    *("level", "metric", "started_at", "decided_at", "outcome", "adjusted_outcome"),
    *("issue__reference", "stopped_at", "issue__state", "issue__submitted_at"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One event of an issue before the end of the period."""

    kind: str
    at: datetime
    data: dict[str, Any]


@dataclass(slots=True)
class Gathered:
    """Everything that a report of `period` under `agreement` reads, as it is known at `cut`."""

    agreement: Agreement
    period: Period
    cut: datetime
    items: list[Item]
    told: dict[str, list[Told]] = field(default_factory=dict)

    def level_of(self, reference: str) -> str:
        """Return the level that governed an issue at the end of the period; "" where none did yet."""
        return next(
            (one.data["level"] for one in reversed(self.told.get(reference, [])) if one.kind == TOLD[0]), ""
        )


def gather(
    agreement: Agreement,
    period: Period,
    *,
    earliest: datetime,
    cut: datetime,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Gathered:
    """Return what reports of `period` need, with what was decided since `earliest`.

    An undecided obligation has the level that governed at the end of the period. `on_rows` hears how many
    obligations and issues were read since the last call.
    """
    found = Obligation.objects.filter(issue__agreement=agreement, started_at__lt=period.ends).filter(
        Q(decided_at__isnull=True) | Q(decided_at__gte=earliest) | Q(stopped_at__gte=period.begins)
    )
    items = []
    rows = found.order_by("started_at", "pk").values_list(*FIELDS)
    for part in _parts(rows.iterator(chunk_size=PART)):
        items += [_item(row, agreement.counts_from) for row in part]
        on_rows(len(part))
    gathered = Gathered(agreement, period, cut, items)
    undecided = {item.reference for item in items if is_undecided(item, at=period.ends)}
    active = Issue.objects.filter(
        agreement=agreement, submitted_at__lt=period.ends, updated_at__gte=period.begins
    )
    references = undecided | set(active.values_list("reference", flat=True))
    for part in _parts(iter(sorted(references))):
        _hear(gathered, part)
        on_rows(len(part))
    gathered.items = [
        _as_of(item, gathered) if item.reference in undecided else item for item in gathered.items
    ]
    return gathered


def _item(row: tuple[Any, ...], counts_from: datetime | None) -> Item:
    level, metric, started_at, decided_at, outcome, adjusted, reference, stopped_at, state, submitted_at = row
    return Item(
        level,
        metric,
        started_at,
        decided_at,
        outcome,
        adjusted,
        reference,
        stopped_at,
        ended_as=state if state in ENDED else "",
        imported=counts_from is not None and submitted_at < counts_from,
    )


def _as_of(item: Item, gathered: Gathered) -> Item:
    """Return an undecided obligation as it stood at the end of the period."""
    if not is_undecided(item, at=gathered.period.ends):
        return item
    told = gathered.told.get(item.reference, [])
    warned = any(one.kind == "escalation.warned" and one.data.get("metric") == item.metric for one in told)
    return replace(item, level=gathered.level_of(item.reference) or item.level, warned=warned)


def _hear(gathered: Gathered, references: list[str]) -> None:
    events = Event.objects.filter(subject__in=references, kind__in=TOLD, at__lt=gathered.period.ends)
    for subject, kind, at, payload in events.order_by("at", "pk").values_list(
        "subject", "kind", "at", "payload"
    ):
        gathered.told.setdefault(subject, []).append(Told(kind, at, json.loads(payload)["data"]))


def _parts(rows: Iterator[Any] | Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while part := list(islice(rows, PART)):
        yield part
