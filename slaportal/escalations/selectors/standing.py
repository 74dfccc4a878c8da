"""Standing exceptions as each party may read them, what falls into them, and what they would do before it happens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.escalations.models import (
    Coverage,
    SlaException,
    StandingException,
    StandingExceptionQuerySet,
)
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.selectors.history import clock_events, facts, first_rules
from slaportal.policies.facts import Excepted
from slaportal.policies.models import Agreement, Metric
from slaportal.policies.reckoning import Reckoning, State, reckon

# So many are shown before somebody confirms; all are counted.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Covered:
    """One obligation in a standing exception: its due instant, and the adjusted one and outcome without and with it."""

    obligation: Obligation
    due: datetime | None
    before: datetime | None
    after: datetime | None
    outcome_before: str
    outcome_after: str

    @property
    def changes(self) -> bool:
        """Whether it makes a difference to the adjusted figure."""
        return (self.before, self.outcome_before) != (self.after, self.outcome_after)


def visible_standing(member: Membership) -> StandingExceptionQuerySet:
    """Return the standing exceptions that `member` may read, latest first, with what a page shows."""
    return StandingException.objects.visible_to(member).select_related(
        *("agreement__organization", "agreement__policy_version__policy", "agreement__calendar"),
        *("requested_by__user", "approved_by__user", "answered_by__user"),
    )


def standing_for(member: Membership, reference: str) -> StandingException | None:
    """Return the standing exception `reference` that `member` may read; None for any other."""
    return visible_standing(member).filter(reference=reference).first()


def standing_acts(standing: StandingException, member: Membership, *, now: datetime) -> list[str]:
    """Return what `member` may do about `standing` now: approve and reject, accept and contest, or end it."""
    organization = standing.agreement.organization_id

    def may(act: str) -> bool:
        return permissions.may(member, act, organization_id=organization)

    match standing.status:
        case SlaException.Status.REQUESTED if standing.requested_by_id != member.pk:
            return ["approve", "reject"] if may("exception.approve") else []
        case SlaException.Status.APPROVED:
            return ["accept", "contest"] if may("exception.accept") else []
        case SlaException.Status.ACCEPTED if standing.stops_at > now:
            return ["end"] if may("exception.request") else []
        case _:
            return []


def standing_of(agreement: Agreement, *, member: Membership, now: datetime) -> StandingExceptionQuerySet:
    """Return those of `agreement` that hold or will hold and that `member` may read."""
    current = Q(ended_at__isnull=True, ends_at__gt=now) | Q(ended_at__gt=now)
    asked = [SlaException.Status.APPROVED, SlaException.Status.ACCEPTED]
    return visible_standing(member).filter(current, agreement=agreement, status__in=asked)


def coverages_of(issue: Issue) -> QuerySet[Coverage]:
    """Return the standing exceptions into which the clocks of `issue` fell."""
    return Coverage.objects.filter(obligation__issue=issue).select_related("standing", "obligation")


def covered_by(standing: StandingException, *, member: Membership) -> QuerySet[Coverage]:
    """Return what `standing` covers by now, of the issues that `member` may read."""
    mine = Obligation.objects.visible_to(member)
    found = standing.coverages.filter(obligation__in=mine)
    return found.select_related("obligation__issue").order_by("obligation__issue__submitted_at", "pk")


def candidates(standing: StandingException) -> QuerySet[Obligation]:
    """Return the obligations that may fall into `standing`, by their columns: the first sieve, `falls_in` the second."""
    found = Obligation.objects.filter(
        Q(stopped_at__isnull=True) | Q(stopped_at__gt=standing.begins_at),
        Q(adjusted_due_at__isnull=True) | Q(adjusted_due_at__gte=standing.begins_at),
        issue__agreement=standing.agreement_id,
        started_at__lt=standing.ends_at,
    ).exclude(state=State.CANCELLED)
    return found.filter(metric=standing.metric) if standing.metric else found


def falls_in(standing: StandingException, metric: str, start: datetime, reckoning: Reckoning) -> bool:
    """Whether a clock that began at `start` runs in the time of `standing`; where an outcome is excused, runs out in it."""
    begin, end = standing.begins_at, standing.stops_at
    if standing.metric not in ("", metric) or reckoning.state is State.CANCELLED:
        return False
    if standing.effect != SlaException.Effect.ADDED_TIME:
        return reckoning.due is not None and begin <= reckoning.due < end
    stopped, due = reckoning.stopped_at, reckoning.adjusted_due
    return start < end and (stopped is None or stopped > begin) and (due is None or due > begin)


def preview(standing: StandingException, *, member: Membership, now: datetime) -> tuple[list[Covered], int]:
    """Return what `standing`, stored or not, would do if it took effect at `now`: up to 100 obligations, and how many.

    Of the issues that `member` may read. Those that are reported later and fall into it are covered too.
    """
    mine = Obligation.objects.visible_to(member)
    ordered = candidates(standing).filter(pk__in=mine).order_by("issue__submitted_at", "issue", "-metric")
    found = ordered.select_related(
        *("issue__organization", "issue__agreement__policy_version", "issue__agreement__calendar"),
    )
    lines = [line for line in _effects(standing, found, now=now) if line is not None]
    lines.sort(key=lambda line: not line.changes)  # what it makes a difference to comes first
    return lines[:SHOWN], len(lines)


def _effects(
    standing: StandingException, obligations: Iterable[Obligation], *, now: datetime
) -> Iterable[Covered | None]:
    """Yield what `standing` would do to each obligation, None for one that does not fall into it."""
    window = (standing.begins_at, standing.stops_at)
    taken = Excepted(now, standing.effect, window=window, key=standing.reference)
    for obligation in obligations:
        events = clock_events(obligation.issue)
        known = list(facts(events, obligation.metric))
        rules = first_rules(obligation.issue, events, obligation.metric)
        start = obligation.started_at
        today = reckon(rules=rules, start=start, facts=known, now=now)
        then = reckon(rules=rules, start=start, facts=[*known, taken], now=now)
        yield (
            Covered(
                obligation=obligation,
                due=today.due,
                before=today.adjusted_due,
                after=then.adjusted_due,
                outcome_before=today.adjusted_outcome or "",
                outcome_after=then.adjusted_outcome or "",
            )
            if falls_in(standing, obligation.metric, start, today)
            else None
        )


def metric_choices() -> list[tuple[str, Any]]:
    """Return which clocks a standing exception may concern, both first."""
    return [("", StandingException().clocks), *Metric.choices]
