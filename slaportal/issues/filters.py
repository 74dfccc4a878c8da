"""What lists of issues can be narrowed by: these fields and no others."""

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.accounts.selectors import visible_organizations
from slaportal.issues.models import Issue, IssueQuerySet, IssueState
from slaportal.issues.searching import search
from slaportal.issues.selectors import queues
from slaportal.policies.models import Criticality


class IssueFilter(django_filters.FilterSet):
    """Words of an issue or its reference; level; state; queue; for the vendor also the organization."""

    q = django_filters.CharFilter(
        method="search", label=_("Search"), widget=forms.TextInput(attrs={"type": "search", "maxlength": 200})
    )
    level = django_filters.ChoiceFilter(
        choices=Criticality.choices, label=_("Level"), empty_label=_("Every level")
    )
    state = django_filters.ChoiceFilter(
        choices=IssueState.choices, label=_("State"), empty_label=_("Every state")
    )
    queue = django_filters.ChoiceFilter(
        method="stand_in",
        choices=[(key, queues.BY_KEY[key].label) for key in queues.SHARED],
        label=_("Queue"),
        empty_label=_("Every queue"),
    )
    organization = django_filters.ModelChoiceFilter(
        queryset=None, label=_("Organization"), empty_label=_("Every client")
    )

    class Meta:
        model = Issue
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, member: Membership, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member, self.now = member, now
        if member.is_vendor:
            clients = visible_organizations(member, act="issue.read").filter(party="client")
            self.filters["organization"].queryset = clients
        else:
            del self.filters["organization"]

    def search(self, issues: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        """Keep the issues that have every word of `value` (issues.searching)."""
        return search(issues, value)

    def stand_in(self, issues: IssueQuerySet, name: str, value: str) -> IssueQuerySet:
        """Keep the issues of one queue: what a number of the dashboard leads to."""
        return queues.narrow(issues, value, member=self.member, now=self.now)
