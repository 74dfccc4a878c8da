"""Checks of single values that people type."""

import zoneinfo

from django.core.exceptions import ValidationError


def validate_timezone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            "“%(name)s” is not a time zone. Use a name such as Europe/Berlin or America/New_York.",
            code="unknown_timezone",
            params={"name": name},
        )
