"""This month so far by level: the card of the dashboard that looks back (spec §6)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q

from slaportal.accounts.models import Organization
from slaportal.issues.counting import BREACHED, LEVELS, MET, METRICS, NOT_COUNTED, Row
from slaportal.issues.models import Obligation
from slaportal.issues.models.obligation import ObligationQuerySet
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
    zones = _zones(viewpoint, now)
    begins = {zone: month_begins(now, zone) for zone in zones}
    rows = _rows(viewpoint, now)
    return Month(
        lines=tuple(MonthLine(level, rows[level, METRICS[0]], rows[level, METRICS[1]]) for level in LEVELS),
        first=min(begin.astimezone(ZoneInfo(zone)).date() for zone, begin in begins.items()),
        ends=min(month_ends(now, zone) for zone in zones),
        zones=tuple(sorted(zones)),
    )


def decided(viewpoint: Viewpoint, *, now: datetime) -> ObligationQuerySet:
    """Return the obligations that were met, breached or not counted this month: what is behind its numbers."""
    this_month = Q()
    for zone, organizations in _zones(viewpoint, now).items():
        begins = month_begins(now, zone)
        this_month |= Q(issue__organization__in=organizations, decided_at__gte=begins, decided_at__lte=now)
    return _countable(viewpoint).filter(this_month)


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


def _zones(viewpoint: Viewpoint, now: datetime) -> dict[str, list[int]]:
    """Return zone → the clients whose month is meant in it; UTC for nobody where there are no clients yet."""
    clients = [viewpoint.client] if viewpoint.client else list(clients_of(viewpoint.member))
    groups: dict[str, list[int]] = defaultdict(list)
    for organization, zone in zones_of(clients, at=now).items():
        groups[zone].append(organization)
    return groups or {"UTC": []}


def _countable(viewpoint: Viewpoint) -> ObligationQuerySet:
    return Obligation.objects.filter(issue__in=viewpoint.issues()).exclude(
        # Imported history before the agreed instant is not counted.
        issue__agreement__counts_from__isnull=False,
        issue__submitted_at__lt=F("issue__agreement__counts_from"),
    )


def _rows(viewpoint: Viewpoint, now: datetime) -> dict[tuple[str, str], Row]:
    rows = {(level, metric): Row(level, metric) for level in LEVELS for metric in METRICS}
    names = ("level", "metric", "outcome", "adjusted_outcome")
    grouped = decided(viewpoint, now=now).values_list(*names).annotate(number=Count("pk"))
    for level, metric, outcome, adjusted, number in grouped.order_by(*names):
        row = rows[level, metric]
        row.not_counted += number if outcome == NOT_COUNTED else 0
        for score, value in ((row.strict, outcome), (row.adjusted, adjusted)):
            score.met += number if value == MET else 0
            score.breached += number if value == BREACHED else 0
    undecided = _countable(viewpoint).filter(outcome="").values_list("level", "metric")
    for level, metric, number in undecided.annotate(number=Count("pk")).order_by("level", "metric"):
        rows[level, metric].undecided = number
    return rows
