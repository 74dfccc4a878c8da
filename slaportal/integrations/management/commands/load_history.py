"""`manage.py load_history`: a history as a file, loaded through the services of the pages (spec §8)."""

import sys
from argparse import ArgumentParser
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from slaportal.integrations.histories import lines, progress
from slaportal.integrations.services import Loaded, load

EVER = datetime.max.replace(tzinfo=UTC)


class Command(BaseCommand):
    """Load JSON lines in time order, all of them or none."""

    help = (
        "Loads a history from JSON lines, each at its own instant as its own actor, with the watch at every due "
        "instant between two lines. Lines that were loaded before are left out. All or nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and how to load it."""
        parser.add_argument("file", metavar="FILE", help="JSON lines; - is standard input")
        parser.add_argument("--silent", action="store_true", help="send no messages")
        parser.add_argument("--dry-run", action="store_true", help="change nothing; say what would be done")
        parser.add_argument("--quiet", action="store_true", help="no progress bar and no summary")
        parser.add_argument(
            "--demo", action="store_true", help="mark everything as demo, so it can be removed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, check, load, and say what was done."""
        try:
            found = lines.read(_text(options["file"]).splitlines())
            with progress.bar(len(found), quiet=options["quiet"]) as step:
                loaded = load(
                    found,
                    demo=options["demo"],
                    silent_before=EVER if options["silent"] else None,
                    dry_run=options["dry_run"],
                    on_line=step,
                )
        except lines.LineRefused as refusal:
            raise CommandError(f"{refusal} Nothing was saved.") from refusal
        if not options["quiet"]:
            self.stdout.write(_summary(loaded, dry_run=options["dry_run"]))


def _text(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(f"{file} cannot be read: {problem}") from problem


def _summary(loaded: Loaded, *, dry_run: bool) -> str:
    verb = "Would load" if dry_run else "Loaded"
    counts = ", ".join(f"{count} {act}" for act, count in Counter(loaded.done).most_common())
    known = f"; {loaded.known:,} were there already" if loaded.known else ""
    total = loaded.done.total()
    lines_done = f"{total:,} line{'' if total == 1 else 's'}"
    return f"{verb} {lines_done}{f' ({counts})' if counts else ''}{known}. The watch found {loaded.looks:,} times something to do."
