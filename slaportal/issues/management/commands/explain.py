"""`manage.py explain`: how the due instants of an issue came about (spec §2, §8)."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from slaportal.issues.management.asking import instant, issue
from slaportal.issues.selectors.explaining import Row, explanation_data
from slaportal.policies.models import Metric

SPAN = "    {start:<28}{end:<28}{kind:<9}{amount:>10}  {total:>10}  {label}"


class Command(BaseCommand):
    """Write terms, start, spans with running total, due instant and result of both clocks."""

    help = "Explains the due instants of an issue: every span that was counted, closed, a holiday, paused or added."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the issue, the form, one metric and optionally a past instant."""
        parser.add_argument("issue", metavar="KEY", help="the issue's key or reference")
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument("--metric", choices=Metric.values, help="only this clock")
        parser.add_argument("--at", metavar="INSTANT", help="as it was then; default: now")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and write; nothing is changed."""
        now = instant(options["at"]) if options["at"] else datetime.now(UTC)
        found = explanation_data(issue(options["issue"]), now=now)
        if options["metric"]:
            found["clocks"] = [clock for clock in found["clocks"] if clock["metric"] == options["metric"]]
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        terms = found["terms"]
        self.stdout.write(f"{found['issue']} of {found['organization']}")
        self.stdout.write(f"{terms['policy']}, version {terms['version']} ({terms['content_hash'][:12]}…)")
        for clock in found["clocks"]:
            self._clock(clock)

    def _clock(self, clock: Row) -> None:
        provisional = " (provisional)" if clock["provisional"] else ""
        self.stdout.write("")
        self.stdout.write(
            f"{Metric(clock['metric']).label}, {clock['level'].capitalize()}{provisional}: {clock['target']}"
        )
        self.stdout.write(f"  Counts from {clock['start']} in {clock['calendar']}")
        heads = {name: name for name in ("start", "end", "kind", "amount", "total", "label")}
        self.stdout.write(SPAN.format(**heads).rstrip())
        for span in clock["spans"]:
            numbers = {name: f"{span[name]:.4g}" for name in ("amount", "total")}
            self.stdout.write(SPAN.format(**{**span, **numbers}).rstrip())
        due = clock["due"] or "none while the clock stands still"
        self.stdout.write(f"  Due: {due}")
        if clock["adjusted_due"] != clock["due"]:
            self.stdout.write(f"  Due with added time: {clock['adjusted_due']}")
        result = f", decided {clock['decided_at']}" if clock["decided_at"] else ""
        self.stdout.write(f"  Result: {clock['state']}{result}")
