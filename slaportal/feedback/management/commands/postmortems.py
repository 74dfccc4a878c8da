"""`manage.py postmortems`: one round of what is due by itself, for whoever runs the portal without a broker."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from slaportal.feedback.services import postmortems


class Command(BaseCommand):
    """Do everything that is due now; run it every minute."""

    help = (
        "Drafts the post-mortems that are owed, closes issues whose duties are done, sends weekly reminders."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say how many rows were done."""
        done = postmortems.sweep(now=datetime.now(UTC))
        self.stdout.write(f"{done} done")
