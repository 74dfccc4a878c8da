"""What is asked to offer a change of an agreement to both parties."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, Organization
from slaportal.feedback.selectors.whatif import clients_of
from slaportal.policies.models import PolicyVersion


class OfferForm(forms.Form):
    """A published version, a client, a first day in the client's zone, and whether open issues follow."""

    version = forms.ModelChoiceField(
        label=_("Which version"), queryset=PolicyVersion.objects.none(), empty_label=None
    )
    organization = forms.ModelChoiceField(
        label=_("With which client"), queryset=Organization.objects.none(), empty_label=None
    )
    first = forms.DateField(
        label=_("First day"),
        help_text=_("It binds from midnight in the client's zone, once both parties have signed."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    applies_to_open = forms.BooleanField(
        label=_("Issues that are open then are judged by it too"),
        help_text=_(
            "What is decided keeps its terms. Without this, open issues end under the terms they began with."
        ),
        required=False,
    )

    def __init__(self, *args: Any, member: Membership, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = PolicyVersion.objects.filter(status=PolicyVersion.Status.PUBLISHED)
        versions = published.select_related("policy").order_by("policy", "-number")
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
        self.fields["organization"].queryset = clients_of(member)  # type: ignore[attr-defined]
        self.initial.setdefault("first", today + timedelta(days=14))

    def offer(self) -> dict[str, Any]:
        """Return what the service takes."""
        given = self.cleaned_data
        zone = ZoneInfo(given["organization"].timezone)
        return {
            "version": given["version"],
            "organization": given["organization"],
            "effective_from": datetime.combine(given["first"], time(), tzinfo=zone),
            "applies_to_open": given["applies_to_open"],
        }
