"""The report of an issue: words, four plain questions, and the level that follows from them."""

from typing import Any, Final
from uuid import uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.issues.forms.files import files
from slaportal.issues.forms.people import MemberChoice, MembersChoice
from slaportal.issues.models import Issue
from slaportal.issues.selectors.page import colleagues
from slaportal.issues.services.submission import Report
from slaportal.policies.impact import ImpactError, suggest
from slaportal.policies.models import Agreement, Criticality

AS_SUGGESTED: Final = "suggested"
KEPT: Final = ("product", "product_version", "environment", "contact")


class SubmitForm(forms.Form):
    """A report under one agreement. `suggestion` is the level of the answers, "" while they are not complete."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Title"),
        help_text=_("One line: what goes wrong, and where."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=_("What happens?"),
        help_text=_("What you did, what you expected, what happened instead. Since when? Markdown works."),
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    attachments = files()
    product = forms.CharField(label=_("Product"), max_length=120, required=False)
    product_version = forms.CharField(label=_("Version"), max_length=60, required=False)
    environment = forms.CharField(
        label=_("Environment"), max_length=120, required=False, help_text=_("Such as production or test.")
    )
    contact = forms.CharField(
        label=_("Who can be reached, and how?"),
        max_length=200,
        required=False,
        help_text=_("Needed for Critical: somebody who can answer around the clock."),
    )
    level = forms.ChoiceField(label=_("Level"), widget=forms.RadioSelect, initial=AS_SUGGESTED)
    reason = forms.CharField(
        label=_("Why does another level fit better?"),
        help_text=_("Only needed if you choose another level than your answers suggest."),
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    on_behalf_of = MemberChoice(
        Membership.objects.none(), label=_("On behalf of"), required=False, empty_label=_("Myself")
    )
    watchers = MembersChoice(
        Membership.objects.none(),
        label=_("Colleagues who follow it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They see the issue and get its messages."),
    )

    def __init__(self, *args: Any, agreement: Agreement, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = agreement.policy_version.impact_table
        self.questions = self.table.get("questions", [])
        self.suggestion = ""
        for question in self.questions:
            self.fields[_name(question)] = forms.ChoiceField(
                label=question["text"],
                choices=[(answer["key"], answer["text"]) for answer in question["answers"]],
                widget=forms.RadioSelect,
                error_messages={"required": gettext("Choose the answer that fits best.")},
            )
        self.fields["submission_key"].initial = uuid4()
        self._offer_levels()
        self._offer_people(agreement, member)

    def _offer_levels(self) -> None:
        field = self.fields["level"]
        assert isinstance(field, forms.ChoiceField)
        if self.questions:
            field.choices = [(AS_SUGGESTED, _("As your answers suggest")), *Criticality.choices]
        else:
            field.choices, field.initial = Criticality.choices, None
            del self.fields["reason"]

    def _offer_people(self, agreement: Agreement, member: Membership) -> None:
        people = colleagues(agreement.organization)
        for name in ("on_behalf_of", "watchers"):
            field = self.fields[name]
            assert isinstance(field, MemberChoice | MembersChoice)
            field.queryset = people.exclude(pk=member.pk)
        if member.is_vendor:
            affected = self.fields["on_behalf_of"]
            assert isinstance(affected, MemberChoice)
            affected.label, affected.empty_label = (
                _("Who of the client is affected?"),
                _("Nobody in particular"),
            )

    @property
    def impact_fields(self) -> list[forms.BoundField]:
        """The fields of the four questions."""
        return [self[_name(question)] for question in self.questions]

    @property
    def answers(self) -> dict[str, str]:
        """Question key → key of the chosen answer, for those that are answered."""
        return {
            question["key"]: self.cleaned_data[_name(question)]
            for question in self.questions
            if self.cleaned_data.get(_name(question))
        }

    def clean(self) -> dict[str, Any]:
        """Suggest the level, whatever the browser suggested, and ask why where the person chose another."""
        cleaned = super().clean() or self.cleaned_data
        try:
            self.suggestion = suggest(self.table, self.answers) if self.questions else ""
        except ImpactError:
            return cleaned  # The unanswered question says so itself.
        chosen = cleaned.get("level")
        if chosen == AS_SUGGESTED:
            cleaned["level"] = self.suggestion
        elif (
            chosen and self.suggestion and chosen != self.suggestion and not cleaned.get("reason", "").strip()
        ):
            words = {"chosen": Criticality(chosen).label, "suggested": Criticality(self.suggestion).label}
            self.add_error(
                "reason",
                gettext("Your answers suggest %(suggested)s. Say in a sentence why %(chosen)s fits better.")
                % words,
            )
        return cleaned

    def report(self) -> Report:
        """Return what was typed, for the service."""
        cleaned = self.cleaned_data
        differs = self.suggestion and cleaned["level"] != self.suggestion
        return Report(
            title=cleaned["title"],
            description=cleaned["description"],
            level=cleaned["level"],
            product=cleaned["product"],
            product_version=cleaned["product_version"],
            environment=cleaned["environment"],
            contact=cleaned["contact"],
            answers=self.answers,
            reason=cleaned.get("reason", "").strip() if differs else "",
        )


def _name(question: dict[str, Any]) -> str:
    return f"impact_{question['key']}"


def prefilled(last: Issue | None) -> dict[str, str]:
    """Return the first values of a new report: what does not change between two issues is not typed twice."""
    return {} if last is None else {name: getattr(last, name) for name in KEPT}
