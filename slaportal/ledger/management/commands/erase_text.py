"""`manage.py erase_text`: take a text that somebody wrote out of the history, on record."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.ledger.models import Event
from slaportal.ledger.services import erase_texts
from slaportal.lib.refusal import Refused


class Command(BaseCommand):
    """Erase texts of one event; its hash stays, so the sealed history still verifies."""

    help = "Erases texts of an event for ever; a tombstone in the ledger says who did it and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the event, the names of its texts, who does it and why."""
        parser.add_argument("event", type=int, help="the number of the event, as the admin's list shows it")
        parser.add_argument("names", nargs="+", help="such as title, description, reason")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="an administrator")
        parser.add_argument("--reason", required=True, help="why, without repeating the text")

    def handle(self, *args: Any, event: int, names: list[str], by: str, reason: str, **options: Any) -> None:
        """Erase, or say why not."""
        found = Event.objects.select_related("organization").filter(pk=event).first()
        actor = Membership.objects.filter(user__email=by.strip().lower(), active=True).first()
        if found is None or actor is None:
            raise CommandError(
                "There is no such event." if found is None else f"{by} belongs to nobody here."
            )
        try:
            erase_texts(event=found, names=names, reason=reason, actor=actor, now=datetime.now(UTC))
        except (Refused, NotAllowed) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Erased {', '.join(names)} of event {event}.")
