"""`manage.py load_demo`: two clients, the vendor's people and 90 days of issues in every state."""

from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from slaportal.integrations.histories import progress
from slaportal.integrations.histories.lines import Line, LineRefused
from slaportal.integrations.services import demo_is_there, load_demo
from slaportal.lib.refusal import Refused


class Command(BaseCommand):
    """Make the demo world; refuse where it is already, and in production."""

    help = "Loads the demo world, marked as such: manage.py demo_people shows who can sign in, remove_demo removes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the seed and the size."""
        parser.add_argument("--seed", type=int, default=7, help="another number, another world")
        parser.add_argument("--issues", type=int, default=300, help="about how many; 60 is the least")
        parser.add_argument("--quiet", action="store_true", help="no progress bar and no summary")
        parser.add_argument("--force", action="store_true", help="load it in production too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Generate, load, and say who can sign in."""
        if settings.SETTINGS_MODULE.endswith(".prod") and not options["force"]:
            raise CommandError(
                "This is production: demo people could sign in with a known password. Say --force."
            )
        if demo_is_there():
            raise CommandError(
                "The demo world is there already. To make it anew: manage.py remove_demo --yes."
            )
        try:
            loaded = self._load(options)
        except (Refused, LineRefused) as refusal:
            raise CommandError(f"{refusal} Nothing was saved.") from refusal
        if not options["quiet"]:
            self.stdout.write(
                f"Demo world loaded: {loaded.done['submit']} issues, {loaded.done.total():,} lines."
            )
            self.stdout.write("Who can sign in: manage.py demo_people")

    def _load(self, options: dict[str, Any]) -> Any:
        with ExitStack() as stack:
            steps: list[Any] = []

            def start(total: int) -> None:
                steps.append(stack.enter_context(progress.bar(total, quiet=options["quiet"])))

            def step(line: Line) -> None:
                steps[0](line)

            return load_demo(
                seed=options["seed"],
                now=datetime.now(UTC),
                vendor_name=settings.VENDOR_NAME,
                issues=options["issues"],
                on_start=start,
                on_line=step,
            )
