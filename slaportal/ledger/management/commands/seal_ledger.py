"""`manage.py seal_ledger`: seal what waits, now."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from slaportal.ledger.services import seal


class Command(BaseCommand):
    """Give every waiting event its place and sign the checkpoints, as the sweep does every few seconds."""

    help = "Seals the events that wait and signs checkpoints; the worker and the watch do so by themselves."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal, and say how many events it were."""
        self.stdout.write(f"{seal(now=datetime.now(UTC))} events sealed.")
