"""Reading what reports count."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import F, Q

from slaportal.accounts.models import Organization
from slaportal.issues.counting import Counted, Row, count, is_undecided
from slaportal.issues.models import Obligation
from slaportal.ledger.models import Event
from slaportal.policies.models import Agreement

PART = 500


def adherence(organization: Organization, *, begins: datetime, ends: datetime) -> list[Row]:
    """Return the adherence of `organization` in `[begins, ends)`: eight rows, Critical first (spec §6)."""
    return count(_counted(organization, ends), begins=begins, ends=ends)


def zone_of(organization: Organization, *, at: datetime) -> str:
    """Return the zone in which periods of `organization` are meant: its agreement's at `at`, else its last one's."""
    agreements = Agreement.objects.filter(organization=organization).order_by("-effective_from")
    found = agreements.in_force(at).first() or agreements.first()
    return found.timezone if found else organization.timezone


def _counted(organization: Organization, ends: datetime) -> Iterator[Counted]:
    """Yield the obligations that began before `ends`; an undecided one has the level in force at `ends`."""
    found = Obligation.objects.filter(issue__organization=organization, started_at__lt=ends).exclude(
        # Imported history before the agreed instant is not counted.
        Q(issue__agreement__counts_from__isnull=False)
        & Q(issue__submitted_at__lt=F("issue__agreement__counts_from"))
    )
    names = ("level", "metric", "started_at", "decided_at", "outcome", "adjusted_outcome")
    rows = [(reference, Counted(*row)) for reference, *row in found.values_list("issue__reference", *names)]
    open_then = {reference for reference, one in rows if is_undecided(one, at=ends)}
    levels = _levels(open_then, ends)
    for reference, one in rows:
        if is_undecided(one, at=ends):
            yield Counted(
                levels[reference], one.metric, one.started_at, one.decided_at, one.outcome, one.adjusted
            )
        else:
            yield one


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
