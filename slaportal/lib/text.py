"""Text that people typed, made safe to store and to show without changing what it says."""

import unicodedata

# Characters that turn the reading direction: a name written with them reads as something else than it is.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def tidy(text: str) -> str:
    """Return `text` without control and direction characters, with one kind of line break, ends trimmed.

    Tabs and line breaks stay. NUL cannot be stored by PostgreSQL, the others can only mislead a reader.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        one for one in lines if one in "\n\t" or (unicodedata.category(one) != "Cc" and one not in TURNING)
    )
    return "".join(kept).strip()


def tidy_line(text: str) -> str:
    """Return `text` tidied and on one line."""
    return " ".join(tidy(text).split())
