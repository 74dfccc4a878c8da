"""Reading a past period as cases to be replayed, part by part, so that the memory does not grow with the period."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from slaportal.accounts.models import Organization
from slaportal.feedback.replay import Case, Terms
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.selectors.history import CLOCK_KINDS, facts, first_rules
from slaportal.ledger.models import Event
from slaportal.policies.clock import Calendar
from slaportal.policies.facts import Amended, Fact, Rule
from slaportal.policies.models import Agreement, PolicyVersion
from slaportal.policies.selectors import rules_for, rules_of

PART = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """What is replayed: a version over `[begins, ends)` of one client or, without one, of all under its policy."""

    version: PolicyVersion
    organization: Organization | None
    begins: datetime
    ends: datetime


class _Rules:
    """The rules of each agreement before and after, read once: parsing a calendar for each issue would cost more."""

    def __init__(self, version: PolicyVersion) -> None:
        self._version, self.stopping = version, frozenset(version.pause_parties)
        self._known: dict[tuple[int, str], tuple[Mapping[str, Rule], Mapping[str, Rule]]] = {}
        self._hours: dict[int, Calendar] = {}

    def both(self, agreement: Agreement, metric: str) -> tuple[Mapping[str, Rule], Mapping[str, Rule]]:
        """Return level → rule as signed, and as this version would have it in the same hours."""
        key = agreement.pk, metric
        if key not in self._known:
            after = rules_of(self._version, metric, self.hours(agreement))
            self._known[key] = rules_for(agreement, metric), after
        return self._known[key]

    def hours(self, agreement: Agreement) -> Calendar:
        """Return the hours of support of `agreement`."""
        if agreement.pk not in self._hours:
            self._hours[agreement.pk] = agreement.hours()
        return self._hours[agreement.pk]


def count_issues(scope: Scope) -> int:
    """Return how many issues the period of `scope` holds."""
    return _issues(scope).count()


def parts(scope: Scope) -> Iterator[tuple[int, list[tuple[Obligation, Case]]]]:
    """Yield the obligations of `scope` by parts: how many issues are done with it, and its cases with their rows."""
    rules, after = _Rules(scope.version), 0
    while True:
        found = list(_issues(scope).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:PART])
        if not found:
            return
        after = found[-1]
        yield len(found), _cases(found, rules)


def _issues(scope: Scope) -> "QuerySet[Issue]":
    """Issues with an obligation that may be decided or undecided in the period, whatever the terms.

    Whatever stopped for good before the period was decided before it under any terms.
    """
    alive = Obligation.objects.filter(Q(stopped_at__isnull=True) | Q(stopped_at__gte=scope.begins))
    found = Issue.objects.filter(submitted_at__lt=scope.ends, pk__in=alive.values("issue")).exclude(
        # Imported history before the agreed instant is not counted (see reports.selectors).
        Q(agreement__counts_from__isnull=False) & Q(submitted_at__lt=F("agreement__counts_from"))
    )
    if scope.organization is None:
        return found.filter(agreement__policy_version__policy=scope.version.policy_id)
    return found.filter(organization=scope.organization)


def _cases(issues: list[int], rules: _Rules) -> list[tuple[Obligation, Case]]:
    obligations = list(
        Obligation.objects.filter(issue__in=issues)
        .select_related("issue__agreement__policy_version", "issue__agreement__calendar")
        .order_by("issue", "-metric")
    )
    events: dict[str, list[Event]] = defaultdict(list)
    wanted = {one.issue.reference for one in obligations}
    for event in Event.objects.filter(subject__in=wanted, kind__in=CLOCK_KINDS).order_by("at", "pk"):
        events[event.subject].append(event)
    stopping = rules.stopping
    found = []
    for one in obligations:
        agreement, history = one.issue.agreement, events[one.issue.reference]
        before, after = rules.both(agreement, one.metric)
        known = tuple(facts(history, one.metric))
        if any(isinstance(fact, Amended) for fact in known):
            before = first_rules(one.issue, history, one.metric)
        case = Case(
            reference=one.issue.reference,
            metric=one.metric,
            started_at=one.started_at,
            before=Terms(before, known),
            after=Terms(after, _under_one_policy(facts(history, one.metric, stopping=stopping))),
            hours=rules.hours(agreement),
        )
        found.append((one, case))
    return found


def _under_one_policy(known: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the facts without changes of terms: the version that is tried would have held all along."""
    return tuple(fact for fact in known if not isinstance(fact, Amended))
