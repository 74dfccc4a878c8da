"""`manage.py deadlines`: due instants and elapsed times for JSON lines, with the portal's own clock (spec §2)."""

import os
import sys
from collections.abc import Iterable

from django.core.management.base import BaseCommand, CommandError

from slaportal.policies.deadline_lines import answer_line, written

BATCH = 100  # lines written at once, so that an unbuffered output does not cost a system call a line


class Command(BaseCommand):
    """Answer each JSON line of standard input with one JSON line; exit 1 if any line was refused."""

    help = (
        "Reads JSON lines from standard input and writes one JSON line each: the due instant of a budget "
        '("amount") or the time counted until "end". docs/clock.md has the format. Needs no database.'
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        """Translate standard input line by line; blank lines are left out."""
        try:
            refused, total = self._answer_all(sys.stdin.buffer)
        except BrokenPipeError:
            # The reader has gone, for example `| head`. Nothing may be left to flush at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        if refused:
            raise CommandError(f"{refused} of {total} lines could not be answered; see their error.")

    def _answer_all(self, lines: Iterable[bytes]) -> tuple[int, int]:
        """Write the answers; return how many lines were refused and how many there were."""
        refused = total = 0
        ready: list[str] = []
        for line in lines:
            # A byte that is not UTF-8 becomes a mark inside its text; it spoils that line at most.
            text = line.decode("utf-8-sig" if total == 0 else "utf-8", "replace").strip()
            if not text:
                continue
            found = answer_line(text)
            total += 1
            refused += "error" in found
            ready.append(written(found))
            if len(ready) == BATCH:
                self.stdout.write("\n".join(ready))
                ready.clear()
        if ready:
            self.stdout.write("\n".join(ready))
        self.stdout.flush()
        return refused, total
