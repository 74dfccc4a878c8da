"""The first sentence of a report, and who gets it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.reports.services.status_reports import LONGEST_VERDICT


class VerdictForm(forms.Form):
    """The first sentence; empty brings back the one that the rule writes."""

    verdict = forms.CharField(
        label=_("First sentence"),
        required=False,
        max_length=LONGEST_VERDICT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Both parties read it first. Leave it empty for the sentence that the rule writes."),
    )


class RecipientsForm(forms.Form):
    """People of one's own organization who get the reports by mail."""

    members = forms.ModelMultipleChoiceField(
        label=_("Who gets the reports by mail"),
        queryset=Membership.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Nobody chosen: they go by role, to managers of the client, to leads and senior management."
        ),
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["members"]
        field.queryset = people
        field.label_from_instance = lambda member: f"{member.user} ({member.get_role_display()})"
