"""What a reader asks of the mailbox, and how they want to be told."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slaportal.notifications import kinds
from slaportal.notifications.models import Preference


class MailboxFilter(forms.Form):
    """Which mails to show: to whom, and words in them."""

    q = forms.CharField(
        label=_("Search subject and text"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    to = forms.ChoiceField(label=_("Recipient"), required=False)

    def __init__(self, *args: object, addresses: Iterable[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.addresses = list(addresses)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Everybody")), *((address, address) for address in self.addresses)]


class PreferencesForm(forms.Form):
    """One choice per kind that a person may choose for; the names of the fields are the kinds."""

    def __init__(self, *args: Any, wishes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in kinds.KINDS.values():
            if kinds.can_choose(kind):
                self.fields[kind.key] = forms.ChoiceField(
                    label=_(kind.label),
                    choices=Preference.How.choices,
                    initial=wishes.get(kind.key, Preference.How.NOW),
                )

    def groups(self) -> list[tuple[str | Promise, list[forms.BoundField]]]:
        """Return heading and fields of each group."""
        return [
            (_(title), [self[kind.key] for kind in group if kind.key in self.fields])
            for title, group in kinds.GROUPS
        ]

    def wishes(self) -> dict[str, str]:
        """Return kind → how, for all of them."""
        return dict(self.cleaned_data)


class AllPreferences(forms.Form):
    """One choice for every kind."""

    how = forms.ChoiceField(label=_("Everything that may wait"), choices=Preference.How.choices)

    def wishes(self) -> dict[str, str]:
        """Return kind → how, for all of them."""
        how = self.cleaned_data["how"]
        return {key: how for key, kind in kinds.KINDS.items() if kinds.can_choose(kind)}
