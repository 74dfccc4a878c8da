"""`manage.py watch`: the watch without any broker."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from slaportal.escalations.tasks import round_of_watch
from slaportal.ledger.services import seal


class Command(BaseCommand):
    """Do everything that is due: warnings, breaches, escalations, lapses, confirmations by silence."""

    help = "Do everything that is due now; with --loop, keep doing so without Celery."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--loop", action="store_true", help="Go on until stopped.")
        parser.add_argument(
            "--every", type=float, default=5.0, metavar="SECONDS", help="Pause between looks."
        )

    def handle(self, *args: Any, loop: bool, every: float, **options: Any) -> None:
        """Look once, or for ever."""
        while True:
            try:
                done = round_of_watch()
                seal(now=timezone.now())
            except OperationalError as error:
                if not loop:
                    raise
                self.stderr.write(f"The database does not answer, trying again: {error}".rstrip())
                done = 0
            if done or not loop:
                self.stdout.write(f"{timezone.now():%H:%M:%S} {done} rows done")
            if not loop:
                return
            # A connection that died while idle must not deafen the loop.
            close_old_connections()
            time.sleep(every)
