"""What people type into a post-mortem."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.feedback.models import SECTIONS, ActionKind, FactorKind, PostMortem
from slaportal.feedback.selectors import drafts
from slaportal.issues.forms.people import MemberChoice

# Section → one line of help and an example of a good text.
HELP: Final = {
    "summary": (
        _("Three sentences that anybody understands: what happened, to whom, and what ended it."),
        _("From 2 to 4 March every second call of the token service returned an empty token. …"),
    ),
    "impact": (
        _("Who could not do what, for how long; which data; which promises were broken."),
        _("All users of the portal, 51 hours, no data lost. The resolution deadline was missed by 3 h."),
    ),
    "detection": (
        _("How it was noticed, by whom, and how long after it began."),
        _("The client noticed it after 20 hours; our own watch was silent."),
    ),
    "trigger": (
        _("What set it off. Why that could happen belongs into the contributing factors."),
        _("At 02:00 the certificate of the token service ran out."),
    ),
    "resolution": (
        _("When the service was restored, when it was resolved, and with which workaround meanwhile."),
        _("Restored by hand on 3 March at 14:10, resolved with release 4.2.2 on 4 March."),
    ),
    "went_well": (_("What helped and is worth keeping."), _("The rollback took four minutes.")),
    "went_poorly": (_("What made it longer or worse."), _("Two teams looked for the same cause.")),
    "lucky": (
        _("What could have made it worse and did not, by chance."),
        _("It was a holiday at the client's second site."),
    ),
    "none_needed": (
        _("Only if no action is committed: why none is needed."),
        _("The product leaves service next month."),
    ),
    "client_text": (
        _("What the client reads: plain words, no names, what changes. There is a preview."),
        _("A certificate ran out and your calls failed. It is renewed, and we are warned 30 days ahead now."),
    ),
}


def area(name: str, *, rows: int = 4) -> forms.CharField:
    """Return the field of one section with its help and its example."""
    help_text, example = HELP[name]
    return forms.CharField(
        label=drafts.LABELS[name],
        help_text=help_text,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows, "placeholder": example}),
    )


def day(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


def line(label: Any, help_text: Any = "", *, length: int = 300, suggestions: str = "") -> forms.CharField:
    """Return a field for one line; `suggestions` is the id of a datalist on the page."""
    attrs = {"list": suggestions} if suggestions else {}
    return forms.CharField(
        label=label, help_text=help_text, max_length=length, widget=forms.TextInput(attrs=attrs)
    )


def sentences(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    """Return a field for a few sentences."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TextsForm(forms.Form):
    """All sections; `seen` is the version over which they were typed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SECTIONS:
            self.fields[name] = area(name, rows=8 if name == "client_text" else 4)
        self.fields["check_on"] = day(
            _("Follow-up check on"), _("When somebody looks whether it helped."), required=False
        )

    @property
    def texts(self) -> dict[str, str]:
        """The sections as typed."""
        return {name: self.cleaned_data[name] for name in SECTIONS}


class Plain(forms.Form):
    """A button; `version` is the post-mortem as the person saw it."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, postmortem: PostMortem, member: Membership, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": postmortem.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.postmortem, self.member = postmortem, member


class Row(Plain):
    """A button about one row."""

    row = forms.IntegerField(widget=forms.HiddenInput)


class Reason(Plain):
    """A button with a reason that the other side reads."""

    reason = sentences(_("Reason"))


class Publish(Plain):
    """Publishing; a later edition says what it corrects."""

    correction = sentences(_("What this edition corrects"), _("The client reads it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.postmortem.published_at is None:
            del self.fields["correction"]


class EntryForm(Plain):
    """An own entry of the timeline."""

    at = forms.DateTimeField(
        label=_("When"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    text = line(_("What happened"), _("Write roles, not names."), length=500)
    for_client = forms.BooleanField(label=_("The client reads it too"), required=False)


class FactorForm(Plain):
    """One contributing factor."""

    kind = forms.ChoiceField(label=_("Kind"), choices=FactorKind.choices)
    name = line(
        _("Factor in a few words"),
        _("Choose a known one where it fits, so that it is counted as the same."),
        length=80,
        suggestions="known-factors",
    )
    text = sentences(_("How it contributed here"), required=False)
    for_client = forms.BooleanField(label=_("The client reads it too"), required=False, initial=True)


class IdeaForm(Plain):
    """Something that could be done."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ActionKind.choices)
    text = line(_("Idea"), _("A verb first. Nobody is committed to it."))


class CommitForm(Row):
    """Who commits to an idea, and until when."""

    owner = MemberChoice(label=_("Owner"), queryset=Membership.objects.none())
    due_on = day(_("Due"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "owner", drafts.action_owners())


class ActionForm(Plain):
    """One committed action."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ActionKind.choices)
    text = line(_("Action"), _("A verb first: “Warn 30 days before a certificate runs out”."))
    owner = MemberChoice(label=_("Owner"), help_text=_("One person."), queryset=Membership.objects.none())
    due_on = day(_("Due"))
    link = forms.URLField(label=_("Link"), required=False, max_length=500, assume_scheme="https")
    for_client = forms.BooleanField(label=_("The client reads it too"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "owner", drafts.action_owners())


class HandOver(Plain):
    """Who writes the post-mortem."""

    to = MemberChoice(label=_("Who writes it"), queryset=Membership.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "to", drafts.writers())


class EndForm(forms.Form):
    """How an action ended."""

    outcome = sentences(_("What was done, or why it is dropped"))


class PostponeForm(forms.Form):
    """A new day for an action."""

    due_on = day(_("New day"))
    reason = sentences(_("Why it takes longer"))


def _offer(form: forms.Form, name: str, people: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = people
