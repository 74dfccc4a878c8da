"""Which contributing factors come again, over time (spec §7): from published post-mortems only."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from slaportal.accounts.models import Membership
from slaportal.feedback.models import ContributingFactor, FactorKind, PostMortem

QUARTERS, AT_LEAST = 8, 4


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of a year, such as 2026 Q1."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year} Q{self.number}"

    @property
    def before(self) -> "Quarter":
        """The quarter before."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of a chart: `height` in percent of the tallest one of the page."""

    quarter: Quarter
    count: int
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class KindOverTime:
    """One kind of factor over the quarters, oldest first."""

    kind: str
    label: str
    total: int
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Recurring:
    """One factor: in how many post-mortems it contributed, per quarter and in all, and when last."""

    kind: str
    kind_label: str
    name: str
    count: int
    by_quarter: list[int]
    last: datetime


@dataclass(frozen=True, slots=True)
class FactorsOverTime:
    """The page of factors: quarters, one small chart per kind, and the factors by how often they came."""

    quarters: list[Quarter]
    kinds: list[KindOverTime]
    factors: list[Recurring]
    postmortems: int

    @property
    def width(self) -> int:
        """Width of a chart in its own units: ten for each quarter."""
        return 10 * len(self.quarters)


def factors_over_time(member: Membership, *, now: datetime, zone: tzinfo) -> FactorsOverTime:
    """Return the factors of the last eight quarters in `zone`, by the resolution of their issue.

    Quarters before the first factor are left out, down to four.
    """
    quarters = last_quarters(quarter_of(now, zone), QUARTERS)
    published = PostMortem.objects.visible_to(member).filter(published_at__isnull=False)
    rows = [
        (kind, name, quarter_of(at, zone), at, pk)
        for kind, name, at, pk in ContributingFactor.objects.filter(postmortem__in=published)
        .order_by("pk")
        .values_list("kind", "name", "postmortem__counts_from", "postmortem")
    ]
    rows = [one for one in rows if one[2] in set(quarters)]
    used = {one[2] for one in rows}
    while len(quarters) > AT_LEAST and quarters[0] not in used:
        quarters = quarters[1:]
    return FactorsOverTime(
        quarters=quarters,
        kinds=_kinds(quarters, [(kind, quarter) for kind, _, quarter, _, _ in rows]),
        factors=_recurring(quarters, rows),
        postmortems=len({pk for *_, pk in rows}),
    )


def quarter_of(at: datetime, zone: tzinfo) -> Quarter:
    """Return the quarter in which `at` lies in `zone`."""
    local = at.astimezone(zone)
    return Quarter(local.year, (local.month + 2) // 3)


def last_quarters(newest: Quarter, count: int) -> list[Quarter]:
    """Return `count` quarters up to `newest`, oldest first."""
    found = [newest]
    while len(found) < count:
        found.append(found[-1].before)
    return found[::-1]


def _kinds(quarters: list[Quarter], rows: Iterable[tuple[str, Quarter]]) -> list[KindOverTime]:
    counted = Counter(rows)
    tallest = max(counted.values(), default=0) or 1
    found = []
    for kind in FactorKind:
        bars = []
        for x, quarter in enumerate(quarters):
            count = counted[kind.value, quarter]
            height = round(100 * count / tallest, 1)
            bars.append(Bar(quarter, count, x * 10, round(100 - height, 1), height))
        found.append(KindOverTime(kind.value, str(kind.label), sum(one.count for one in bars), bars))
    return found


def _recurring(
    quarters: list[Quarter], rows: list[tuple[str, str, Quarter, datetime, int]]
) -> list[Recurring]:
    grouped: dict[tuple[str, str], list[tuple[str, str, Quarter, datetime, int]]] = {}
    for row in rows:
        grouped.setdefault((row[0], row[1].casefold()), []).append(row)
    found = [
        Recurring(
            kind=kind,
            kind_label=str(FactorKind(kind).label),
            name=ones[0][1],
            count=len({pk for *_, pk in ones}),
            by_quarter=[sum(one[2] == quarter for one in ones) for quarter in quarters],
            last=max(one[3] for one in ones),
        )
        for (kind, _), ones in grouped.items()
    ]
    return sorted(found, key=lambda one: (-one.count, -one.last.timestamp(), one.name))
