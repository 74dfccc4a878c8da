"""What people type to propose a change and to answer one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, Organization
from slaportal.feedback.models import Topic
from slaportal.feedback.selectors.whatif import clients_of


class SuggestionForm(forms.Form):
    """What should change, and why; the vendor says about which client's agreement."""

    organization = forms.ModelChoiceField(
        label=_("Whose agreement"), queryset=Organization.objects.none(), empty_label=None
    )
    topic = forms.ChoiceField(label=_("What it is about"), choices=Topic.choices, widget=forms.RadioSelect)
    title = forms.CharField(
        label=_("What should change"),
        max_length=200,
        help_text=_("In one line, such as “Answer Low within one day”."),
    )
    text = forms.CharField(
        label=_("Why, and what would be better then"),
        help_text=_("Both parties read it."),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._member = member
        self.fields["organization"].queryset = clients_of(member)  # type: ignore[attr-defined]
        if not member.is_vendor:
            del self.fields["organization"]

    def suggestion(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {"organization": self._member.organization, **self.cleaned_data}


class WordForm(forms.Form):
    """A word in the discussion."""

    body = forms.CharField(label=_("Your word"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}))


class DecisionForm(forms.Form):
    """Accepted or declined, with the reason."""

    accepted = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Accept")), ("no", _("Decline"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Both parties read it."),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
