"""`manage.py deliver`: send what is due without a worker."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from slaportal.notifications.tasks import round_of_delivery


class Command(BaseCommand):
    """Delivery for those who run no Celery: once, or again and again until interrupted."""

    help = "Send the messages that are due. With --loop, go on until interrupted."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--loop`, `--interval`."""
        parser.add_argument("--loop", action="store_true", help="go on until interrupted")
        parser.add_argument(
            "--interval", type=float, default=2.0, metavar="SECONDS", help="pause between rounds"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Deliver and say how many messages are done."""
        done = round_of_delivery()
        self.stdout.write(f"{done} message(s) done.")
        try:
            while options["loop"]:
                time.sleep(options["interval"])
                close_old_connections()
                done = round_of_delivery()
                if done:
                    self.stdout.write(f"{done} message(s) done.")
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
