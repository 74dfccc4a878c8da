"""`manage.py adherence`: met and breached by level and metric in a period (spec §6, §8)."""

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from slaportal.accounts.models import Organization
from slaportal.issues.counting import shares
from slaportal.issues.management.asking import instant, organization
from slaportal.reports.selectors.adherence import adherence, zone_of


class Command(BaseCommand):
    """Write eight rows, Critical first, strict beside adjusted."""

    help = "Counts the obligations decided in a period: strict and adjusted, undecided and not counted beside them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the organization, the period and the form."""
        parser.add_argument("--organization", required=True, metavar="KEY", help="its key or its name")
        parser.add_argument("--from", required=True, dest="begins", metavar="A", help="a date or an instant")
        parser.add_argument(
            "--to", required=True, dest="ends", metavar="B", help="the first one after the period"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and write; nothing is changed."""
        client = organization(options["organization"])
        begins, ends = (_instant(options[name], client) for name in ("begins", "ends"))
        if not begins < ends:
            raise CommandError("A period ends after it begins: give --to later than --from.")
        rows = adherence(client, begins=begins, ends=ends)
        if options["json"]:
            for row in rows:
                self.stdout.write(json.dumps(row.data()))
            return
        zone = zone_of(client, at=begins)
        self.stdout.write(
            f"{client}, from {begins:%Y-%m-%d %H:%M} UTC to {ends:%Y-%m-%d %H:%M} UTC, dates in {zone}"
        )
        self.stdout.write(f"{'':<21} {'strict':<26} {'adjusted':<26} {'undecided':>9} {'not counted':>11}")
        for line in shares(rows):
            self.stdout.write(line)


def _instant(text: str, client: Organization) -> datetime:
    """Return an instant; a date is its midnight in the zone of the organization's agreement."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return instant(text)
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone_of(client, at=noon))).astimezone(UTC)
