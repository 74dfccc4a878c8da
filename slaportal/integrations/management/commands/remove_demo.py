"""`manage.py remove_demo`: every row of the demo world out again, and no other."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from slaportal.integrations.services import doomed, remove_demo
from slaportal.lib.refusal import Refused


class Command(BaseCommand):
    """Remove the demo world; asks to be told --yes."""

    help = "Removes the demo world with everything in it. Refuses when real data refers to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the yes."""
        parser.add_argument("--yes", action="store_true", help="really remove it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, and remove if told so."""
        if not options["yes"]:
            count = doomed().count
            if not count:
                self.stdout.write("There is no demo world.")
                return
            raise CommandError(f"This would remove {count:,} rows of the demo world. Say --yes to do it.")
        try:
            removed = remove_demo()
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        # The next start of an empty portal must not bring back what somebody has removed.
        settings.RUN_DIR.mkdir(parents=True, exist_ok=True)
        (settings.RUN_DIR / "demo-removed").touch()
        self.stdout.write(f"Removed {removed.count:,} rows of the demo world.")
