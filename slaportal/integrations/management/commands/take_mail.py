"""`manage.py take_mail`: one mail from standard input, or a round of mail in."""

import sys
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from slaportal.integrations.services import mail
from slaportal.integrations.tasks import round_of_mail

PAUSE = 15.0  # seconds


class Command(BaseCommand):
    """Without an option: keep the mail on standard input, as mail servers deliver to a command, and post it."""

    help = "Keep and post one mail from standard input; with --loop, fetch and post until stopped, without Celery."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--loop", action="store_true", help="Fetch from the mailbox and post until stopped."
        )
        parser.add_argument("--sender", default="", help="Envelope sender.")
        parser.add_argument("--recipient", default="", help="Envelope recipient.")

    def handle(self, *args: Any, loop: bool, sender: str, recipient: str, **options: Any) -> None:
        """Exit code 0 says that the mail is kept, whatever becomes of it."""
        if not loop:
            row, new = mail.spool(
                raw=sys.stdin.buffer.read(),
                way="command",
                sent_from=sender,
                sent_to=recipient,
                now=datetime.now(UTC),
            )
            mail.handle_waiting(now=datetime.now(UTC))
            row.refresh_from_db()
            self.stdout.write(
                f"{'Kept' if new else 'Known already'}: {row.get_state_display()} {row.reason}".strip()
            )
        while loop:
            done = round_of_mail()
            if done:
                self.stdout.write(f"{datetime.now(UTC):%H:%M:%S} {done} mails done")
            time.sleep(PAUSE)
