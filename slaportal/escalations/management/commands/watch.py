"""`manage.py watch`: the watch without any broker."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from slaportal.escalations import services
from slaportal.notifications.models import Heartbeat


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
            now = timezone.now()
            done = services.watch(now=now)
            Heartbeat.beat("watch", now=now, detail=f"{done} rows")
            if done or not loop:
                self.stdout.write(f"{now:%H:%M:%S} {done} rows done")
            if not loop:
                return
            # A connection that died while idle must not deafen the loop.
            close_old_connections()
            time.sleep(every)
