"""The vendor's own words with placeholders: `{actor} wrote about {issue}[, answer by {answer_by}].`

Not a template language. A placeholder is one name of a fixed list; a part in square brackets is left out when a value
in it is missing. Values are put in once, as plain text, and never looked at again.
"""

import re
from collections.abc import Mapping
from typing import Final

# name → what it stands for, as shown beside the fields.
KNOWN: Final[dict[str, str]] = {
    "reference": "the issue’s reference, such as ISS-7Q4K2M9D",
    "title": "the issue’s title",
    "issue": "the title in quotation marks, or the reference",
    "organization": "the client",
    "vendor": "the vendor’s name",
    "level": "the level in force",
    "old_level": "the level before",
    "new_level": "the level proposed or agreed",
    "actor": "the person who acted",
    "who": "the person who acted, with their side",
    "respond_by": "when the first response is due",
    "resolve_by": "when the resolution is due",
    "answer_by": "by when the reader has to answer",
    "confirm_by": "by when the reader has to confirm",
    "due_at": "the deadline this is about",
    "metric": "Response or Resolution",
    "role": "as whom the reader is addressed",
    "step": "when the step of the matrix runs, or the effect of an exception",
    "stage": "the stage of the work",
    "percent": "how much is done, a whole number",
    "other": "the reference of the other issue",
    "since": "since when something stands still",
}

BLOCKS: Final = ("topic", "happened", "ask", "button", "quote", "because", "why")
NEEDED: Final = ("topic", "happened", "ask")
LONGEST: Final = {"topic": 120, "button": 60, "quote": 60, "because": 60}
LONGEST_SENTENCE: Final = 600
MISSING: Final = "–"

_PART = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"\{([^{}]*)\}")


class Placeholder(str):
    """A placeholder standing for its value while an editor's first words are made."""

    __slots__ = ()


class WordsError(ValueError):
    """The words cannot be used; the message says what to change."""


def check(text: str) -> None:
    """Raise `WordsError` unless every brace and bracket of `text` is a known placeholder or an optional part."""
    for name in _NAME.findall(text):
        if name not in KNOWN:
            known = ", ".join(f"{{{one}}}" for one in KNOWN)
            raise WordsError(f"{{{name}}} is not known. Known are: {known}.")
    for part in _PART.findall(text):
        if not _NAME.search(part):
            raise WordsError(
                f"[{part}] has no placeholder in it: square brackets are for a part that may be left out."
            )
    if re.search(r"[{}]", _NAME.sub("", text)):
        raise WordsError("A brace is open or closed alone; a placeholder is written {title}.")
    if re.search(r"[\[\]]", _PART.sub("", text)):
        raise WordsError("A square bracket is open or closed alone, or inside another one.")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with the values; a part in brackets goes with its missing value, elsewhere stands a dash."""

    def optional(part: re.Match[str]) -> str:
        names = _NAME.findall(part[1])
        return part[1] if all(values.get(name) for name in names) else ""

    def value(name: re.Match[str]) -> str:
        return values.get(name[1]) or MISSING

    return _NAME.sub(value, _PART.sub(optional, text))
