"""What people type to open a wallboard."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, Organization
from slaportal.reports.selectors.viewpoints import clients_of


class WallboardForm(forms.Form):
    """Where the screen hangs, what it shows, and until the end of which day in the zone of the person."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Where the screen hangs, such as “Support room, Berlin”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    client: forms.ModelChoiceField[Organization] = forms.ModelChoiceField(
        queryset=None,
        label=_("Agreement"),
        required=False,
        empty_label=_("Every client"),
        help_text=_("Whichever edition of the client's agreement is in force."),
    )
    expires_at = forms.DateField(
        label=_("Last day"),
        help_text=_("At most a year ahead. Then the screen goes dark and a new address is needed."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    shows_names = forms.BooleanField(
        label=_("Show titles of issues and names of clients"),
        required=False,
        help_text=_("Leave this off where guests can read the screen: it then shows references only."),
    )

    def __init__(self, *args: Any, actor: Membership, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_at"].initial = today + timedelta(days=90)
        if actor.is_vendor:
            field = self.fields["client"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = clients_of(actor)
        else:
            del self.fields["client"]

    def clean_expires_at(self) -> datetime:
        """Return the end of that day."""
        day: date = self.cleaned_data["expires_at"]
        end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.get_current_timezone())
        return end.astimezone(UTC)
