"""What a what-if asks: which version, which client, which days."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, Organization
from slaportal.feedback.selectors.whatif import askable_versions, clients_of
from slaportal.policies.models import PolicyVersion


class VersionChoice(forms.ModelChoiceField[PolicyVersion]):
    """Versions by name, with the word “draft” where it is one."""

    def label_from_instance(self, obj: Any) -> str:
        """Return its name."""
        return (
            f"{obj} ({gettext('draft')})"
            if isinstance(obj, PolicyVersion) and not obj.published
            else str(obj)
        )


class WhatIfForm(forms.Form):
    """Days are those of the client's zone; without a client, of the vendor's. The last day is included."""

    version = VersionChoice(label=_("Which version"), queryset=PolicyVersion.objects.none(), empty_label=None)
    organization = forms.ModelChoiceField(
        label=_("Whose issues"),
        queryset=Organization.objects.none(),
        required=False,
        empty_label=_("All clients under this policy"),
        help_text=_("Both parties can read a what-if about one client; one about all stays with the vendor."),
    )
    first = forms.DateField(
        label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args: Any, member: Membership, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._member = member
        self.fields["version"].queryset = askable_versions(member)  # type: ignore[attr-defined]
        self.fields["organization"].queryset = clients_of(member)  # type: ignore[attr-defined]
        if not member.is_vendor:
            del self.fields["organization"]
        self.initial.setdefault("first", today - timedelta(days=90))
        self.initial.setdefault("last", today - timedelta(days=1))

    def clean(self) -> dict[str, Any]:
        """Turn the days into instants."""
        given = super().clean() or self.cleaned_data
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day comes after the first."))
        return given

    def question(self) -> dict[str, Any]:
        """Return version, organization, begins and ends as the service takes them."""
        given = self.cleaned_data
        organization = given.get("organization") if self._member.is_vendor else self._member.organization
        zone = ZoneInfo((organization or self._member.organization).timezone)
        begins = datetime.combine(given["first"], time(), tzinfo=zone)
        ends = datetime.combine(given["last"] + timedelta(days=1), time(), tzinfo=zone)
        return {"version": given["version"], "organization": organization, "begins": begins, "ends": ends}
