"""What people type about escalations."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RaiseForm(forms.Form):
    """Why senior management should look at an issue now; `version` is the issue as the person saw it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why should senior management look at it now?"),
        help_text=_("Both parties read it."),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
