"""Words in the reader's language, and words in the portal's own for what is kept."""

from collections.abc import Callable

from django.utils.translation import get_language, override


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
