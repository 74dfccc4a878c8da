"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, str]:
    """`vendor_name`: the party that gives the support, by its name in the agreement."""
    return {"vendor_name": settings.VENDOR_NAME}
