"""The questions of surveys: data in editions, read as what a page asks. Pure (spec §7).

An edition is a list of `key`, `text`, `kind` and `optional`. Kinds: `scale` (1 to 5, with a word each), `ease` (1 to 7),
`recommend` (0 to 10) and `text`. The texts are in the portal's own language and translated when they are shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_noop as _

SATISFACTION: Final = (
    _("Very dissatisfied"),
    _("Dissatisfied"),
    _("Neither"),
    _("Satisfied"),
    _("Very satisfied"),
)
NUMBERS: Final[dict[str, tuple[int, ...]]] = {
    "scale": (1, 2, 3, 4, 5),
    "ease": (1, 2, 3, 4, 5, 6, 7),
    "recommend": tuple(range(11)),
}
ENDS: Final = {
    "ease": (_("very hard"), _("very easy")),
    "recommend": (_("not at all"), _("extremely likely")),
}
LOW: Final = 2  # of 5: somebody of the vendor gets in touch
LONGEST_COMMENT: Final = 4_000


class QuestionError(ValueError):
    """An edition cannot be asked; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question as a page asks it; `numbers` are what can be answered, none for text."""

    key: str
    text: str
    kind: str
    optional: bool = True

    @property
    def numbers(self) -> tuple[int, ...]:
        """What can be chosen."""
        return NUMBERS.get(self.kind, ())


# The first edition of each survey. The agreement: “Gather feedback from stakeholders to refine SLA processes”.
STANDARD: Final[dict[str, list[dict[str, Any]]]] = {
    "issue": [
        {
            "key": "score",
            "kind": "scale",
            "optional": False,
            "text": _("How satisfied are you with how this issue was handled?"),
        },
        {"key": "effort", "kind": "ease", "optional": True, "text": _("How easy was it to get it solved?")},
        {
            "key": "comment",
            "kind": "text",
            "optional": True,
            "text": _("What should we do better, or keep doing?"),
        },
    ],
    "stakeholder": [
        {
            "key": "response",
            "kind": "scale",
            "optional": True,
            "text": _("How satisfied are you with the response to issues?"),
        },
        {
            "key": "resolution",
            "kind": "scale",
            "optional": True,
            "text": _("How satisfied are you with the resolution of issues?"),
        },
        {
            "key": "classification",
            "kind": "scale",
            "optional": True,
            "text": _("How satisfied are you with how levels are agreed?"),
        },
        {
            "key": "communication",
            "kind": "scale",
            "optional": True,
            "text": _("How satisfied are you with the communication between both parties?"),
        },
        {
            "key": "reports",
            "kind": "scale",
            "optional": True,
            "text": _("How satisfied are you with the status reports?"),
        },
        {
            "key": "recommend",
            "kind": "recommend",
            "optional": False,
            "text": _("How likely are you to recommend working under this agreement?"),
        },
        {
            "key": "comment",
            "kind": "text",
            "optional": True,
            "text": _("What in the agreement or in how it is lived should change?"),
        },
    ],
}


def read(edition: Iterable[Mapping[str, Any]]) -> list[Question]:
    """Return the questions of an edition. Raises `QuestionError` for one that nobody could answer."""
    found = [
        Question(
            key=str(one.get("key", "")),
            text=str(one.get("text", "")),
            kind=str(one.get("kind", "")),
            optional=bool(one.get("optional", True)),
        )
        for one in edition
    ]
    for one in found:
        if not one.key.isidentifier() or not one.text.strip():
            raise QuestionError(f"Each question needs a key and a text; “{one.key}” lacks one.")
        if one.kind != "text" and one.kind not in NUMBERS:
            raise QuestionError(f"“{one.kind}” is no kind of question: use {', '.join(NUMBERS)} or text.")
    if len({one.key for one in found}) < len(found):
        raise QuestionError("Use each key once.")
    if not any(one.numbers and not one.optional for one in found):
        raise QuestionError(
            "One question with numbers must not be optional, so that an answer says something."
        )
    return found


def check(question: Question, answer: int) -> bool:
    """Whether `answer` is one of the numbers of `question`."""
    return answer in question.numbers
