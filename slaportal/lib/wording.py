"""Words in the reader's language, and words in the portal's own for what is kept."""

import re
from collections.abc import Callable
from typing import Final

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

USED: Final = re.compile(r"(\d+) % of the time used")
LATER: Final = re.compile(r"(.+) after the breach")


def neutral(words: Callable[[], object]) -> str:
    """Return what `words` returns in the language of the source.

    For whatever is stored: the ledger, the facts of a message, editions. Those never depend on who acted.
    """
    with override(None):
        return str(words())


def in_sentence(label: object) -> str:
    """Return a label as it stands inside a sentence: in lower case, but not in German, whose nouns keep theirs."""
    text = str(label)
    return text if (get_language() or "").startswith("de") else text.lower()


def step_words(when: str) -> str:
    """Return when a step of the matrix ran, for the reader, from the neutral words that the ledger keeps of it."""
    if used := USED.fullmatch(when):
        return _("%(share)s %% of the time used") % {"share": used[1]}
    if later := LATER.fullmatch(when):
        return _("%(time)s after the breach") % {"time": later[1]}
    return _("at the breach") if when == "at the breach" else when
