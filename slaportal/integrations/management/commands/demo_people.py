"""`manage.py demo_people`: who can sign in to the demo, with which password."""

from typing import Any

from django.core.management.base import BaseCommand

from slaportal.accounts.models import Membership
from slaportal.integrations.services import PASSWORD


class Command(BaseCommand):
    """Write a table of the people of the demo; nothing where there is no demo."""

    help = "Lists the people of the demo world: role, name, e-mail address, organization, password."

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and write; nothing is changed."""
        members = Membership.objects.filter(user__demo=True, active=True).select_related(
            "user", "organization"
        )
        rows = [
            (member.get_role_display(), member.user.name, member.user.email, member.organization.name)
            for member in members.order_by("-party", "organization__name", "pk")
        ]
        if not rows:
            return
        table = [("Role", "Name", "E-mail", "Organization"), *rows]
        widths = [max(len(row[index]) for row in table) for index in range(4)]
        for row in table:
            self.stdout.write(
                "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            )
        self.stdout.write(f"Password of all: {PASSWORD}")
