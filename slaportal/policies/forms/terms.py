"""A draft of a policy version in the admin, and what is said when an agreement is signed or ended."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from slaportal.accounts.models import Organization, Party
from slaportal.accounts.validators import validate_timezone
from slaportal.policies import impact
from slaportal.policies.forms.walltime import WallTimeField
from slaportal.policies.models import (
    BusinessCalendar,
    Criticality,
    CriticalityDefinition,
    Policy,
    PolicyVersion,
)

PAUSES = (("client", "Waiting for the client"), ("third_party", "Waiting for a third party"))


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the lines that say something."""
        return [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]


class SharesField(forms.CharField):
    """Percentages in a row: 50, 75, 90."""

    def prepare_value(self, value: Any) -> Any:
        """Show a list as numbers with commas."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the numbers in order, each once."""
        try:
            shares = sorted(
                {int(part) for part in str(super().clean(value)).replace("%", "").split(",") if part.strip()}
            )
        except ValueError:
            raise ValidationError(
                "Write percentages with commas, such as 50, 75, 90.", code="unreadable"
            ) from None
        if any(not 1 <= share <= 99 for share in shares):
            raise ValidationError("Warnings come at 1 to 99 percent of the budget.", code="range")
        return shares


class PolicyForm(forms.Form):
    """A new contract template."""

    name = forms.CharField(label="Name", max_length=120)
    key = forms.SlugField(
        label="Key", max_length=80, help_text="Names all its versions, such as product-support-sla."
    )

    def clean_key(self) -> str:
        """Refuse a key that is taken."""
        key = str(self.cleaned_data["key"])
        if Policy.objects.filter(key=key).exists():
            raise ValidationError("There is a policy with this key already.", code="taken")
        return key


class VersionForm(forms.ModelForm[PolicyVersion]):
    """The content of a draft beside its definitions and targets."""

    warning_shares = SharesField(
        label="Warn at",
        widget=UnfoldAdminTextInputWidget(),
        required=False,
        help_text="Percent of the budget used, with commas: 50, 75, 90.",
    )
    pause_parties = forms.MultipleChoiceField(
        label="What stops the resolution clock",
        choices=PAUSES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nothing, unless it is chosen here.",
    )
    postmortem_levels = forms.MultipleChoiceField(
        label="Levels that owe a post-mortem",
        choices=Criticality.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = PolicyVersion
        fields = (
            "introduction",
            "footnote",
            "terms_text",
            "warning_shares",
            "pause_parties",
            "client_answer_days",
            "confirmation_days",
            "postmortem_levels",
            "postmortem_days",
            "survey_retention_days",
            "impact_table",
        )

    def clean_impact_table(self) -> Any:
        """Refuse a table that could not be applied."""
        table = self.cleaned_data["impact_table"] or {}
        try:
            impact.check(table)
        except impact.ImpactError as error:
            raise ValidationError(str(error), code="unreadable") from error
        return table


class DefinitionForm(forms.ModelForm[CriticalityDefinition]):
    """What a level means, with an example a line."""

    examples = LinesField(
        label="Examples", widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), help_text="One a line."
    )

    class Meta:
        model = CriticalityDefinition
        fields = ("level", "wording", "examples")


class SignForm(forms.Form):
    """Who is bound to what, in which hours, from when."""

    organization: forms.ModelChoiceField[Organization] = forms.ModelChoiceField(
        queryset=None, label="Client", empty_label="Choose …"
    )
    policy_version: forms.ModelChoiceField[PolicyVersion] = forms.ModelChoiceField(
        queryset=None, label="Terms", empty_label="Choose …", help_text="Published versions only."
    )
    calendar: forms.ModelChoiceField[BusinessCalendar] = forms.ModelChoiceField(
        queryset=None, label="Hours of support", required=False, empty_label="24×7, never closed"
    )
    timezone = forms.CharField(
        label="Time zone of the agreement",
        max_length=64,
        validators=[validate_timezone],
        help_text="Such as Europe/Berlin.",
    )
    effective_from = WallTimeField(
        label="In force from",
        help_text="In the agreement's time zone. An agreement without an end ends where this one begins.",
    )
    effective_to = WallTimeField(
        label="Until",
        required=False,
        help_text="Leave empty for no end.",
    )
    signed_by_client = forms.CharField(label="Signed off for the client by", max_length=120)
    signed_by_vendor = forms.CharField(label="Signed off for the vendor by", max_length=120)
    counts_from = WallTimeField(
        label="Count from",
        required=False,
        help_text="Only where history was imported: what was decided earlier is not counted.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = PolicyVersion.objects.filter(status=PolicyVersion.Status.PUBLISHED).select_related(
            "policy"
        )
        for name, rows in (
            ("organization", Organization.objects.filter(party=Party.CLIENT)),
            ("policy_version", published),
            ("calendar", BusinessCalendar.objects.all()),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def clean(self) -> dict[str, Any]:
        """Read the wall times in the zone of the agreement."""
        data = super().clean() or {}
        if "timezone" in data:
            for name in ("effective_from", "effective_to", "counts_from"):
                if data.get(name):
                    data[name] = data[name].replace(tzinfo=ZoneInfo(data["timezone"]))
        return data


class EndForm(forms.Form):
    """When an agreement ends, in its own time zone."""

    at = WallTimeField(label="Ends on")

    def __init__(self, *args: Any, timezone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(timezone)
        self.fields[
            "at"
        ].help_text = f"Time in {timezone}; now or later. What was reported before stays judged by it."

    def clean_at(self) -> datetime:
        """Return the instant."""
        wall: datetime = self.cleaned_data["at"]
        return wall.replace(tzinfo=self.zone)
