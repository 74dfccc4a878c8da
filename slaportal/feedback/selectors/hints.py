"""Gentle hints on the words of a draft: what went wrong is never a person (users.md B8)."""

import re
from dataclasses import dataclass
from typing import Final

from slaportal.feedback.models import SECTIONS, PostMortem
from slaportal.feedback.selectors.drafts import LABELS
from slaportal.feedback.selectors.editions import Roles

# Words that look for somebody to blame, or that know afterwards what nobody could know then.
BLAMING: Final = re.compile(
    r"(?<!\w)(should(?:n[’']t| not)? have|could have|would have|failed to|forgot|careless\w*|negligen\w*|obvious\w*"
    r"|human error|stupid\w*|fault of|to blame|simply|hätte\w*|fahrlässig\w*|schuld(?:ig)?|vergessen|offensichtlich"
    r"|menschliches versagen)(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Hint:
    """Names and words in one section; names become roles on publishing, words are for the author to weigh."""

    section: str
    names: list[str]
    words: list[str]


def hints(postmortem: PostMortem) -> list[Hint]:
    """Return what may be worth another look, section by section."""
    roles = Roles(postmortem)
    found = []
    for name in SECTIONS:
        text = getattr(postmortem, name)
        words = sorted({one.lower() for one in BLAMING.findall(text)})
        names = roles.found_in(text)
        if words or names:
            found.append(Hint(str(LABELS[name]), names, words))
    return found
