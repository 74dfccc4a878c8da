"""The editions of the glossary and the counting rules that are printed with every report.

An edition never changes: its template is kept, a test knows its hash, and new words are the next edition.
"""

from typing import Final

# Edition → SHA-256 of templates/reports/definitions/<edition>.html.
EDITIONS: Final[dict[int, str]] = {1: "a40d5f29c36fbf0b4f46056c79825467ba8c3daa084c4f8d4a138af0935457b5"}
CURRENT: Final = max(EDITIONS)


def template(edition: int) -> str:
    """Return the name of the template that holds an edition."""
    return f"reports/definitions/{edition}.html"
