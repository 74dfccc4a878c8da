"""Breaches and the reasons for them: “reason missing” until somebody gave one (spec §5)."""

from collections.abc import Iterable

from slaportal.escalations.models import BreachReason, Coverage, SlaException
from slaportal.issues.models import Issue, Obligation
from slaportal.policies.reckoning import Outcome

# An exception that was granted has documented the delay.
EXPLAINS = (SlaException.Status.APPROVED, SlaException.Status.ACCEPTED)


def unexplained(issue: Issue) -> list[Obligation]:
    """Return the clocks of `issue` that were breached without a reason on record, response first."""
    breached = [one for one in issue.obligations.all() if one.outcome == Outcome.BREACHED]
    if not breached:
        return []
    explained = set(issue.exceptions.filter(status__in=EXPLAINS).values_list("metric", flat=True))
    given = set(BreachReason.objects.filter(obligation__in=breached).values_list("obligation", flat=True))
    spared = _spared(breached)
    left = [
        one
        for one in breached
        if one.metric not in explained and one.pk not in given and one.pk not in spared
    ]
    return sorted(left, key=lambda one: one.metric, reverse=True)


def _spared(breached: Iterable[Obligation]) -> set[int]:
    """Return the keys of what ran out while a standing exception held: that has documented why."""
    missed_at = {one.pk: one.breached_at for one in breached}
    covered = Coverage.objects.filter(obligation__in=missed_at).select_related("standing")
    return {one.obligation_id for one in covered if one.holds_at(missed_at[one.obligation_id])}


def reasons_missing(issue: Issue) -> list[str]:
    """Return the clocks of `issue` that were breached without a reason on record, by their names."""
    return [one.get_metric_display() for one in unexplained(issue)]


def reasons_of(issue: Issue) -> list[BreachReason]:
    """Return the reasons that were given for the breaches of `issue`, response first."""
    found = BreachReason.objects.filter(obligation__issue=issue)
    return list(found.select_related("obligation", "given_by__user").order_by("-obligation__metric"))
