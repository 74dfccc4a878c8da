"""What a reader asks of the mailbox."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _


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
