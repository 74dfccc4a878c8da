"""`manage.py obligations`: where each obligation of an organization stands (spec §8)."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from slaportal.issues.management.asking import instant, organization
from slaportal.issues.selectors.explaining import Row, standing_data

COLUMNS = ("issue", "metric", "level", "due", "state", "decided_at", "outcome", "adjusted_outcome")


class Command(BaseCommand):
    """Write one line per obligation, by submission, issue and response before resolution."""

    help = "Lists the obligations of an organization: due, state, decision and outcome, strict and adjusted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the organization, the form and optionally a past instant."""
        parser.add_argument("--organization", required=True, metavar="KEY", help="its key or its name")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument(
            "--at",
            metavar="INSTANT",
            help="recompute from the events what held then, such as 2026-11-23T09:00:00Z",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and write; nothing is changed."""
        at: datetime | None = instant(options["at"]) if options["at"] else None
        rows = standing_data(organization(options["organization"]), at=at)
        if options["json"]:
            for row in rows:
                self.stdout.write(json.dumps(row, ensure_ascii=False))
            return
        self._table(list(rows))

    def _table(self, rows: list[Row]) -> None:
        if not rows:
            self.stdout.write("No issue of this organization has been submitted yet.")
            return
        lines = [COLUMNS, *(tuple(_cell(row, column) for column in COLUMNS) for row in rows)]
        widths = [max(len(line[index]) for line in lines) for index in range(len(COLUMNS))]
        for line in lines:
            cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())


def _cell(row: Row, column: str) -> str:
    value = row[column] or "–"
    return f"{value} (provisional)" if column == "level" and row["provisional"] else str(value)
