"""This month so far by level: the card of the dashboard that looks back (spec §6)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q

from slaportal.accounts.models import Organization
from slaportal.issues.counting import LEVELS, MET, METRICS, NOT_COUNTED, Row
from slaportal.issues.models import Obligation
from slaportal.policies.models import Agreement
from slaportal.reports.selectors.viewpoints import Viewpoint, clients_of


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One level: response and resolution side by side, never added together."""

    level: str
    response: Row
    resolution: Row


@dataclass(frozen=True, slots=True)
class Month:
    """The month that runs, Critical first. `first` is its first day, `ends` when it is over in the first of `zones`."""

    lines: tuple[MonthLine, ...]
    first: date
    ends: datetime
    zones: tuple[str, ...]


def month_of(viewpoint: Viewpoint, *, now: datetime) -> Month:
    """Return what was decided since the month began, each client's month in the zone of its own agreement.

    The same rules as `issues.counting.count`, whose rows these are, counted inside the database.
    """
    zones = zones_of(_clients(viewpoint), at=now) or {0: "UTC"}
    groups = defaultdict(list)
    for organization, zone in zones.items():
        groups[zone].append(organization)
    begins = {zone: month_begins(now, zone) for zone in groups}
    decided = Q()
    for zone, organizations in groups.items():
        decided |= Q(issue__organization__in=organizations, decided_at__gte=begins[zone], decided_at__lt=now)
    rows = _rows(viewpoint, decided)
    return Month(
        lines=tuple(MonthLine(level, rows[level, METRICS[0]], rows[level, METRICS[1]]) for level in LEVELS),
        first=min(begin.astimezone(ZoneInfo(zone)).date() for zone, begin in begins.items()),
        ends=min(month_ends(now, zone) for zone in groups),
        zones=tuple(sorted(groups)),
    )


def zones_of(organizations: Iterable[Organization], *, at: datetime) -> dict[int, str]:
    """Return organization → the zone of its agreement at `at`; without one in force of its last, or its own zone."""
    zones = {organization.pk: organization.timezone for organization in organizations}
    agreements = Agreement.objects.filter(organization__in=zones).order_by("effective_from")
    found = list(agreements.values_list("organization", "timezone", "effective_from", "effective_to"))
    zones |= {organization: zone for organization, zone, _, _ in found}
    zones |= {
        organization: zone
        for organization, zone, begins, ends in found
        if begins <= at and (ends is None or ends > at)
    }
    return zones


def month_begins(now: datetime, zone: str) -> datetime:
    """Return when the month of `now` began in `zone`, as UTC."""
    return _first(now.astimezone(ZoneInfo(zone)))


def month_ends(now: datetime, zone: str) -> datetime:
    """Return when the month of `now` ends in `zone`, as UTC."""
    local = now.astimezone(ZoneInfo(zone))
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
    return _first(local.replace(year=year, month=month, day=1))


def _first(local: datetime) -> datetime:
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)


def _clients(viewpoint: Viewpoint) -> Iterable[Organization]:
    return [viewpoint.client] if viewpoint.client else clients_of(viewpoint.member)


def _rows(viewpoint: Viewpoint, decided: Q) -> dict[tuple[str, str], Row]:
    rows = {(level, metric): Row(level, metric) for level in LEVELS for metric in METRICS}
    counted = Obligation.objects.filter(issue__in=viewpoint.issues()).exclude(
        # Imported history before the agreed instant is not counted.
        issue__agreement__counts_from__isnull=False,
        issue__submitted_at__lt=F("issue__agreement__counts_from"),
    )
    names = ("level", "metric", "outcome", "adjusted_outcome")
    for level, metric, outcome, adjusted, number in (
        counted.filter(decided).values_list(*names).annotate(number=Count("pk")).order_by(*names)
    ):
        row = rows[level, metric]
        row.not_counted += number if outcome == NOT_COUNTED else 0
        for score, value in ((row.strict, outcome), (row.adjusted, adjusted)):
            score.met += number if value == MET else 0
            score.breached += number if value == "breached" else 0
    undecided = counted.filter(outcome="").values_list("level", "metric").annotate(number=Count("pk"))
    for level, metric, number in undecided.order_by("level", "metric"):
        rows[level, metric].undecided = number
    return rows
