"""A survey as a form, made of the questions of its edition; and what came of a low answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from slaportal.feedback import questions
from slaportal.feedback.models import SurveyEdition
from slaportal.feedback.questions import Question


class SurveyForm(forms.Form):
    """One field per question. `chosen` selects an answer of the first question, as the links of the mail do."""

    def __init__(self, *args: Any, edition: SurveyEdition, chosen: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = questions.read(edition.questions)
        for question in self.asked:
            self.fields[question.key] = _field(question)
        first = next(one for one in self.asked if one.numbers and not one.optional)
        if chosen in {str(number) for number in first.numbers}:
            self.initial[first.key] = chosen

    @property
    def answers(self) -> dict[str, int]:
        """Key → number, of what was answered."""
        return {
            one.key: int(self.cleaned_data[one.key])
            for one in self.asked
            if one.numbers and self.cleaned_data.get(one.key)
        }

    @property
    def comment(self) -> str:
        """What was written, of all text questions together."""
        texts = [self.cleaned_data.get(one.key, "") for one in self.asked if not one.numbers]
        return "\n\n".join(text for text in texts if text)


def _field(question: Question) -> forms.Field:
    label = gettext(question.text)
    if not question.numbers:
        return forms.CharField(
            label=label,
            required=not question.optional,
            max_length=questions.LONGEST_COMMENT,
            widget=forms.Textarea(attrs={"rows": 4}),
        )
    words = questions.SATISFACTION if question.kind == "scale" else tuple(map(str, question.numbers))
    ends = questions.ENDS.get(question.kind)
    help_text = ""
    if ends:
        help_text = gettext("From %(low)s = %(worst)s to %(high)s = %(best)s.") % {
            "low": question.numbers[0],
            "worst": gettext(ends[0]),
            "high": question.numbers[-1],
            "best": gettext(ends[1]),
        }
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        required=not question.optional,
        choices=[(str(number), gettext(word)) for number, word in zip(question.numbers, words, strict=True)],
        widget=forms.RadioSelect(attrs={"data-kind": question.kind}),
        error_messages={"required": gettext("Choose one of the answers.")},
    )


class FollowUpForm(forms.Form):
    """What came of getting in touch."""

    outcome = forms.CharField(
        label=_("What came of it?"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 3})
    )
