"""What people type about escalations."""

from django import forms
from django.utils.translation import gettext_lazy as _

from slaportal.escalations.models import SlaException
from slaportal.policies.models import Metric


class RaiseForm(forms.Form):
    """Why senior management should look at an issue now; `version` is the issue as the person saw it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why should senior management look at it now?"),
        help_text=_("Both parties read it."),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ExceptionForm(forms.Form):
    """The reason for the delay, the mitigation plan, and what it asks for."""

    metric = forms.ChoiceField(label=_("Which clock"), choices=Metric.choices, widget=forms.RadioSelect)
    effect = forms.ChoiceField(
        label=_("What it asks for"),
        choices=SlaException.Effect.choices,
        widget=forms.RadioSelect,
        help_text=_("It changes the adjusted figure only; the strict one always stands beside it."),
    )
    cause = forms.ChoiceField(label=_("Cause"), choices=SlaException.Cause.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason for the delay"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    plan = forms.CharField(
        label=_("Mitigation plan"),
        help_text=_("What is done against the delay, by whom and until when."),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    until = forms.DateTimeField(
        label=_("New date"),
        help_text=_("Only for added time."),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )


class AnswerForm(forms.Form):
    """Why an exception is refused or contested."""

    reason = forms.CharField(label=_("Reason"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}))
