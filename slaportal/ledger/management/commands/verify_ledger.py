"""`manage.py verify_ledger`: is the history still what was sealed, and is nothing missing?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from slaportal.ledger.notes import BadNote
from slaportal.ledger.selectors.verifying import verify


class Command(BaseCommand):
    """Recompute every hash, tree and signature, and name each event that does not agree."""

    help = "Recomputes the whole ledger and says exactly which event was changed, removed or slipped in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take checkpoints that were kept elsewhere."""
        parser.add_argument(
            "--against",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="checkpoints kept outside, as `manage.py checkpoints` writes them; may be given several times",
        )

    def handle(self, *args: Any, against: list[Path], **options: Any) -> None:
        """Write what was checked and what is wrong; exit code 1 if anything is."""
        try:
            verdict = verify(against=[note for path in against for note in _notes(path)])
        except (OSError, BadNote) as error:
            raise CommandError(f"The kept checkpoints cannot be read: {error}") from error
        for fault in verdict.faults:
            self.stderr.write(fault)
        checked = ", ".join(f"{number} {name}" for name, number in verdict.checked.items())
        if not verdict.whole:
            raise CommandError(f"The ledger is NOT whole: {len(verdict.faults)} faults. Checked: {checked}.")
        self.stdout.write(f"The ledger is whole. Checked: {checked}.")


def _notes(path: Path) -> list[str]:
    """Return the notes in a file: each is its text, an empty line, and its signatures."""
    blocks = [block for block in path.read_text(encoding="utf-8").split("\n\n") if block.strip()]
    found, text = [], ""
    for block in blocks:
        if block.lstrip().startswith("—"):
            found.append(f"{text.strip()}\n\n{block.strip()}\n")
        else:
            text = block
    if not found:
        raise BadNote(f"{path} holds no checkpoint.")
    return found
