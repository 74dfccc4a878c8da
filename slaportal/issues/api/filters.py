"""What lists of the API can be narrowed by: these parameters and no others."""

import django_filters

from slaportal.accounts.api.filters import MemberFilterSet, Several, TruthFilter, before, of_id, since, words
from slaportal.issues.models import Issue, IssueQuerySet, IssueState, Obligation
from slaportal.issues.searching import search
from slaportal.policies.models import Criticality, Metric
from slaportal.policies.reckoning import Outcome, State


class IssueFilters(MemberFilterSet):
    """Issues by words, state, level, people and time."""

    q = words(200, "Words of title, text or messages, or a reference.", method="search")
    state = Several(choices=IssueState.choices, label="One or several, with commas between.")
    level = Several(choices=Criticality.choices, label="One or several, with commas between.")
    provisional = TruthFilter(label="Whether the level is not agreed yet.")
    organization = of_id("organization_id", "Id of the client.")
    assigned_to = of_id("assigned_to_id", "Id of the person who works on it.")
    reported_by = of_id("reported_by_id", "Id of the person who reported it.")
    updated_since = since(
        "updated_at", "Changed at or after this instant; with order=updated, for keeping a copy."
    )
    submitted_since = since("submitted_at", "Reported at or after this instant.")
    submitted_before = before("submitted_at", "Reported before this instant.")

    class Meta:
        model = Issue
        fields: tuple[str, ...] = ()

    def search(self, issues: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        """Keep the issues that have every word of `value` (issues.searching)."""
        return search(issues, value)


class ObligationFilters(MemberFilterSet):
    """Obligations by what they are and when they were decided; periods are [from, to) as in reports."""

    metric = django_filters.ChoiceFilter(choices=Metric.choices)
    level = Several(choices=Criticality.choices, label="One or several, with commas between.")
    state = Several(
        choices=[(str(one), str(one)) for one in State], label="One or several, with commas between."
    )
    outcome = django_filters.ChoiceFilter(
        choices=[(str(one), str(one)) for one in Outcome], label="The strict outcome."
    )
    adjusted_outcome = django_filters.ChoiceFilter(
        choices=[(str(one), str(one)) for one in Outcome], label="The outcome with exceptions."
    )
    decided_from = since("decided_at", "Decided at or after this instant.")
    decided_to = before("decided_at", "Decided before this instant.")
    due_before = before("due_at", "Due before this instant.")
    organization = of_id("issue__organization_id", "Id of the client.")

    class Meta:
        model = Obligation
        fields: tuple[str, ...] = ()
