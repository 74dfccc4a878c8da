"""What people say about a webhook."""

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

# Beginnings of the kinds of events, as people choose them.
FAMILIES: Final = [
    ("issue", _("Issues: reported, assigned, resolved, confirmed, reopened, withdrawn")),
    ("comment", _("Messages that both parties see")),
    ("classification", _("The level: proposed, agreed, disputed, decided")),
    ("level", _("Changes of the level in force")),
    ("deadline", _("Deadlines that moved")),
    ("obligation", _("Deadlines that were missed")),
    ("escalation", _("Escalations")),
    ("exception", _("Exceptions")),
    ("waiting", _("Waiting, begun and ended")),
    ("pause", _("Pauses, contested and judged")),
    ("progress", _("Progress of the work")),
    ("file", _("Files")),
]


class WebhookForm(forms.Form):
    """Where to send what."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("Such as the system that listens."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    url = forms.URLField(
        label=_("Address"),
        help_text=_("Public and over HTTPS. It gets a POST for each event and answers with 2xx."),
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )
    families = forms.MultipleChoiceField(
        label=_("Which events?"),
        help_text=_("None chosen means all of them."),
        choices=FAMILIES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
