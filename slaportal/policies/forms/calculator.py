"""What people ask the calculator: which terms, from when, with which pauses."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.validators import validate_timezone
from slaportal.policies.clock import Pause
from slaportal.policies.forms.walltime import WallTimeField
from slaportal.policies.models import Agreement, Criticality

PAUSES = (1, 2)


class CalculatorForm(forms.Form):
    """One question: when is what due, if it begins then. Sent by GET, so that an answer can be linked to."""

    agreement: forms.ModelChoiceField[Agreement] = forms.ModelChoiceField(
        queryset=None, label=_("Agreement"), empty_label=None
    )
    level = forms.ChoiceField(
        choices=[("", _("All levels")), *Criticality.choices], label=_("Level"), required=False
    )
    start = WallTimeField(label=_("Reported at"))
    timezone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        validators=[validate_timezone],
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    pause_1_from = WallTimeField(label=_("Paused from"), required=False)
    pause_1_to = WallTimeField(label=_("until"), required=False)
    pause_2_from = WallTimeField(label=_("Paused again from"), required=False)
    pause_2_to = WallTimeField(label=_("until"), required=False)

    def __init__(self, *args: Any, agreements: QuerySet[Agreement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["agreement"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = agreements

    def clean(self) -> dict[str, Any]:
        """Turn wall times into instants; an hour that a clock change skips or doubles is read by spec §2, rule 5."""
        data = super().clean() or {}
        if self.errors:
            return data
        zone = ZoneInfo(data["timezone"])
        data["starts_at"] = data["start"].replace(tzinfo=zone)
        data["pauses"] = [pause for number in PAUSES if (pause := self._pause(number, zone)) is not None]
        return data

    def _pause(self, number: int, zone: ZoneInfo) -> Pause | None:
        begin, end = (self.cleaned_data.get(f"pause_{number}_{edge}") for edge in ("from", "to"))
        if begin is None:
            if end is not None:
                self.add_error(f"pause_{number}_from", _("Say when the pause begins."))
            return None
        if end is not None and end <= begin:
            self.add_error(f"pause_{number}_to", _("A pause ends after it begins."))
            return None
        until = end.replace(tzinfo=zone) if end else None
        return Pause(begin.replace(tzinfo=zone), until, str(_("Pause %(number)d") % {"number": number}))
