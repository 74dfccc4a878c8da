"""What people type into an audit."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.reports.models import Answer, AuditAnswer, Question
from slaportal.reports.selectors.audits import QUESTIONS


class RecordForm(forms.Form):
    """The five questions about one record: an answer each, and a note that a deviation needs."""

    def __init__(self, *args: Any, answers: Iterable[AuditAnswer] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = {one.question: one for one in answers}
        for question in Question:
            former = given.get(question.value)
            self.fields[question.value] = forms.ChoiceField(
                label=QUESTIONS[question],
                choices=Answer.choices,
                widget=forms.RadioSelect,
                initial=former.answer if former else None,
            )
            self.fields[f"{question.value}_note"] = forms.CharField(
                label=_("What is the matter"),
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=former.note if former else "",
            )

    def questions(self) -> Iterator[tuple[str, BoundField, BoundField]]:
        """Yield for each question its short name, its answer's field and its note's."""
        for question in Question:
            yield str(question.label), self[question.value], self[f"{question.value}_note"]

    def answers(self) -> dict[str, tuple[str, str]]:
        """Return question → (answer, note)."""
        said = self.cleaned_data
        return {one.value: (said[one.value], said[f"{one.value}_note"]) for one in Question}


class FindingForm(forms.Form):
    """A finding that rests on no single record."""

    text = forms.CharField(
        label=_("What was found"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AssignForm(forms.Form):
    """Who puts a finding right and by when."""

    owner = forms.ChoiceField(label=_("Owner"))
    due_on = forms.DateField(
        label=_("Due on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args: Any, people: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in people}
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "–"),
            *((key, f"{one.user.name} ({one.organization.name})") for key, one in self.people.items()),
        ]

    def chosen(self) -> Membership:
        """Return the owner."""
        return self.people[self.cleaned_data["owner"]]


class OutcomeForm(forms.Form):
    """What was done about a finding."""

    outcome = forms.CharField(label=_("Outcome"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class FollowUpForm(forms.Form):
    """What became of an earlier finding."""

    done = forms.ChoiceField(
        label=_("Is it put right?"),
        choices=[("yes", _("Yes, it is closed")), ("no", _("No, it stays open"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("What you saw"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
