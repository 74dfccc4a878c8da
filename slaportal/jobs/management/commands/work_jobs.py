"""`manage.py work_jobs`: the worker of long work."""

import signal
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections

from slaportal.jobs import services

PAUSE = 1.0  # seconds between looks at an empty table


class Command(BaseCommand):
    """Do the long work that people asked for. It needs no broker, and as many may run as there is work for."""

    help = "Do the long work that waits; with --loop, keep doing so until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--loop", action="store_true", help="Go on until stopped.")

    def handle(self, *args: Any, loop: bool, **options: Any) -> None:
        """Work until nothing waits, or for ever. A polite signal puts the job at hand back for the next worker."""
        self._stopping = False
        if loop:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._stop)
        while not self._stopping:
            try:
                job = services.run_next(clock=lambda: datetime.now(UTC), stopping=lambda: self._stopping)
            except OperationalError as error:
                if not loop:
                    raise
                self.stderr.write(f"The database does not answer, trying again: {error}".rstrip())
                job = None
            if job is not None:
                self.stdout.write(f"{job.reference} {job.title}: {job.get_state_display()}")
            elif not loop:
                return
            else:
                # A connection that died while idle must not deafen the loop.
                close_old_connections()
                time.sleep(PAUSE)

    def _stop(self, number: int, frame: object) -> None:
        self._stopping = True
