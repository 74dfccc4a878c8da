"""`manage.py whatif`: replay a past period under another version of the policy (spec §7)."""

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from slaportal.accounts.models import Organization
from slaportal.feedback.models import WhatIf
from slaportal.feedback.services import answer_what_if, ask_what_if
from slaportal.issues.counting import shares
from slaportal.issues.management.asking import instant, organization
from slaportal.lib.refusal import Refused
from slaportal.policies.models import PolicyVersion


class Command(BaseCommand):
    """Ask and answer one what-if; it is kept and stands on its page."""

    help = "Replays a past period under a draft or any version of a policy: moved deadlines, changed outcomes, adherence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the version, the client and the period."""
        parser.add_argument("--policy", required=True, metavar="KEY", help="key of the policy")
        parser.add_argument("--policy-version", required=True, type=int, metavar="N", dest="number")
        parser.add_argument(
            "--organization", metavar="KEY", help="its key or name; without it all under the policy"
        )
        parser.add_argument("--from", required=True, dest="begins", metavar="A", help="a date or an instant")
        parser.add_argument(
            "--to", required=True, dest="ends", metavar="B", help="the first one after the period"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay and write."""
        version = (
            PolicyVersion.objects.select_related("policy")
            .filter(policy__key=options["policy"], number=options["number"])
            .first()
        )
        if version is None:
            raise CommandError(f"Policy “{options['policy']}” has no version {options['number']}.")
        client = organization(options["organization"]) if options["organization"] else None
        begins, ends = (_instant(options[name], client) for name in ("begins", "ends"))
        now = datetime.now(UTC)
        try:
            found = ask_what_if(
                version=version, organization=client, begins=begins, ends=ends, actor=None, now=now
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        comparison = answer_what_if(found, now=now)
        if options["json"]:
            for line in found.figures:
                self.stdout.write(json.dumps(line))
            return
        self._say(found)
        for title, rows in (
            ("As it was", [line.before for line in comparison.lines]),
            (f"Under version {version.number}", [line.after for line in comparison.lines]),
        ):
            self.stdout.write(
                f"\n{title:<21} {'strict':<26} {'adjusted':<26} {'undecided':>9} {'not counted':>11}"
            )
            for words in shares(rows):
                self.stdout.write(words)

    def _say(self, found: WhatIf) -> None:
        self.stdout.write(f"{found}: {found.organization or 'all clients under this policy'}")
        self.stdout.write(
            f"{found.issues} issues, {found.obligations} obligations, "
            f"{found.moved} deadlines move, {found.outcomes} outcomes change."
        )
        hours = {
            name: sum(line[f"support_seconds_{name}"] for line in found.figures) / 3600
            for name in ("earlier", "later")
        }
        outside = {
            name: sum(line[f"due_outside_{name}"] for line in found.figures) for name in ("before", "after")
        }
        self.stdout.write(
            f"Hours of support between old and new deadlines: {hours['earlier']:.1f} fewer, {hours['later']:.1f} more; "
            f"due outside hours: {outside['before']} before, {outside['after']} after."
        )


def _instant(text: str, client: Organization | None) -> datetime:
    """Return an instant; a date is its midnight in the zone of the client, in UTC for all."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return instant(text)
    zone = ZoneInfo(client.timezone if client else "UTC")
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
