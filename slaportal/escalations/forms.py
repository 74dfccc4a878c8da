"""What people type about escalations."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.escalations.models import CODES, SlaException, StandingException
from slaportal.escalations.selectors import (
    deputies,
    hand_on_candidates,
    may_be_entered_by,
    metric_choices,
    plan_steps,
)
from slaportal.issues.forms.files import files
from slaportal.issues.forms.people import MemberChoice
from slaportal.policies.models import Agreement, Metric


def sentences(label: Any, help_text: Any = "") -> forms.CharField:
    """Return a field for a few sentences."""
    return forms.CharField(
        label=label, help_text=help_text, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3})
    )


def instants(label: Any, help_text: Any = "") -> forms.DateTimeField:
    """Return a field for a date and a time of day, in the person's own zone."""
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )


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
        help_text=_("One step a line: who – what – until when."),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    until = forms.DateTimeField(
        label=_("New date"),
        help_text=_("Only for added time."),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    evidence = files()

    @property
    def loose_steps(self) -> list[str]:
        """The lines of the plan that do not say who does what until when; a hint, not an error."""
        return [one.what for one in plan_steps(self.cleaned_data.get("plan", "")) if not one.until]


class AgreementChoice(forms.ModelChoiceField[Agreement]):
    """An agreement by its client and terms."""

    def label_from_instance(self, obj: Any) -> str:
        """Return client and version."""
        return f"{obj.organization} – {obj.policy_version}"


class StandingForm(forms.Form):
    """What keeps the vendor from working for a while, for which agreement, and what is asked for."""

    agreement = AgreementChoice(label=_("Agreement"), queryset=None, empty_label=None)
    name = forms.CharField(
        label=_("Name"), help_text=_("A few words by which both parties know it."), max_length=120
    )
    cause = forms.ChoiceField(
        label=_("Cause"), choices=StandingException.Cause.choices, widget=forms.RadioSelect
    )
    begins_at = instants(_("From"))
    ends_at = instants(_("To"), _("It always has an end; people are reminded seven days before."))
    metric = forms.ChoiceField(
        label=_("Which clock"), choices=metric_choices, required=False, widget=forms.RadioSelect
    )
    effect = forms.ChoiceField(
        label=_("What it asks for"),
        choices=[
            (SlaException.Effect.ADDED_TIME, _("Added time: this time does not count")),
            (SlaException.Effect.WAIVED, _("Waived outcome: deadlines that end in this time do not count")),
            (SlaException.Effect.EXPLANATION, _("Explanation only: the reason for what is late meanwhile")),
        ],
        widget=forms.RadioSelect,
        help_text=_("It changes the adjusted figure only; the strict one always stands beside it."),
    )
    reason = sentences(_("Reason"), _("The client reads it once a colleague has approved."))
    plan = sentences(_("Mitigation plan"), _("One step a line: who – what – until when."))

    def __init__(self, *args: Any, agreements: QuerySet[Agreement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agreement = self.fields["agreement"]
        assert isinstance(agreement, forms.ModelChoiceField)
        agreement.queryset = agreements


class AnswerForm(forms.Form):
    """Why an exception is refused or contested."""

    reason = forms.CharField(label=_("Reason"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(forms.Form):
    """Why a deadline was missed, and with whom that lies."""

    code = forms.ChoiceField(label=_("With whom it lies"), choices=[("", "–"), *CODES])
    sentence = sentences(_("What happened"), _("Both parties read it. It explains and changes no figure."))


class CommentForm(forms.Form):
    """A message that both parties read."""

    body = sentences(_("Message to the client"))


class HandOnForm(forms.Form):
    """To whom an escalation goes next, and why."""

    to = MemberChoice(label=_("Hand on to"), queryset=Membership.objects.none())
    sentence = sentences(_("Why"), _("Both parties read it."))

    def __init__(self, *args: Any, member: Membership, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = hand_on_candidates(member, now=now)


class CloseForm(forms.Form):
    """What came of an escalation that was raised by hand."""

    outcome = sentences(_("Outcome"), _("What was decided and done. Both parties read it."))


class AbsenceForm(forms.Form):
    """Who is away, from when to when, and who stands in."""

    member = MemberChoice(label=_("Who is away"), queryset=Membership.objects.none())
    begins_at = instants(_("From"))
    ends_at = instants(_("To"))
    deputy = MemberChoice(
        label=_("Deputy"),
        help_text=_(
            "Gets the escalations meanwhile. Without one: who gets the person’s urgent mail, else others of the role."
        ),
        queryset=Membership.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, people in (("member", may_be_entered_by(actor)), ("deputy", deputies())):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = people
        self.fields["member"].initial = actor.pk
