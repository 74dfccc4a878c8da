"""`manage.py load_agreement`: the vendor and “Product Support SLA”, version 1, published. Twice changes nothing."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from slaportal.accounts.models import Organization, Party
from slaportal.policies.services import load_standard


class Command(BaseCommand):
    """Loads what the portal cannot do without."""

    help = "Make sure that the vendor's organization and the standard agreement are there."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing and say what is there."""
        vendor = Organization.objects.filter(party=Party.VENDOR).first()
        if vendor is None:
            vendor = Organization.objects.create(name=settings.VENDOR_NAME, party=Party.VENDOR)
        version = load_standard(now=datetime.now(UTC))
        self.stdout.write(f"{vendor.name}: {version}, {version.content_hash[:12]}")
