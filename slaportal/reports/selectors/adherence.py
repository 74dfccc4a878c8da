"""Reading what reports count."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import F, Q

from slaportal.accounts.models import Organization
from slaportal.issues.counting import Counted, Row, count
from slaportal.issues.models import Obligation
from slaportal.ledger.models import Event
from slaportal.policies.models import Agreement

PART = 500
CHUNK = 2000


def adherence(organization: Organization, *, begins: datetime, ends: datetime) -> list[Row]:
    """Return the adherence of `organization` in `[begins, ends)`: eight rows, Critical first (spec §6).

    Obligations are read one after the other, so that a million need no more room than those that are undecided.
    """
    return count(_counted(organization, begins, ends), begins=begins, ends=ends)


def zone_of(organization: Organization, *, at: datetime) -> str:
    """Return the zone in which periods of `organization` are meant: its agreement's at `at`, else its last one's."""
    agreements = Agreement.objects.filter(organization=organization).order_by("-effective_from")
    found = agreements.in_force(at).first() or agreements.first()
    return found.timezone if found else organization.timezone


def _counted(organization: Organization, begins: datetime, ends: datetime) -> Iterator[Counted]:
    """Yield what was decided in the period or undecided at its end, that with the level in force at `ends`."""
    found = Obligation.objects.filter(issue__organization=organization).exclude(
        # Imported history before the agreed instant is not counted.
        Q(issue__agreement__counts_from__isnull=False)
        & Q(issue__submitted_at__lt=F("issue__agreement__counts_from"))
    )
    names = ("level", "metric", "started_at", "decided_at", "outcome", "adjusted_outcome")
    decided = found.filter(decided_at__gte=begins, decided_at__lt=ends)
    for row in decided.values_list(*names).iterator(chunk_size=CHUNK):
        yield Counted(*row)
    undecided = found.filter(Q(decided_at__isnull=True) | Q(decided_at__gte=ends), started_at__lt=ends)
    rows = list(undecided.values_list("issue__reference", *names))
    levels = _levels({row[0] for row in rows}, ends)
    for reference, _level, *rest in rows:
        yield Counted(levels[reference], *rest)


def _levels(references: Iterable[str], before: datetime) -> dict[str, str]:
    """Return the level that governed each issue just before an instant."""
    levels: dict[str, str] = {}
    ordered = sorted(references)
    for start in range(0, len(ordered), PART):
        events = Event.objects.filter(
            subject__in=ordered[start : start + PART], kind="level.governs", at__lt=before
        )
        for subject, payload in events.order_by("at", "pk").values_list("subject", "payload"):
            levels[subject] = json.loads(payload)["data"]["level"]
    return levels
