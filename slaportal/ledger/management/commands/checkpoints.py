"""`manage.py checkpoints`: the newest checkpoint of each log, to be kept outside the portal."""

from typing import Any

from django.core.management.base import BaseCommand

from slaportal.ledger.models import Checkpoint, Log


class Command(BaseCommand):
    """Write one signed note per log. Kept beside a backup, they tell whether a restore lacks anything."""

    help = "Writes the newest checkpoint of each log; keep it with each backup for `verify_ledger --against`."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write notes, an empty line after each; nothing is changed."""
        for log in Log.objects.order_by("pk"):
            newest = Checkpoint.objects.filter(log=log).order_by("-size").first()
            if newest is not None:
                self.stdout.write(newest.note + "\n")
