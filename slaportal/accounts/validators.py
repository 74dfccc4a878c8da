"""Checks of single values that people type."""

import zoneinfo
from functools import cache

from django.core.exceptions import ValidationError


@cache
def known_zones() -> frozenset[str]:
    """Return every name of the time zone database; reading it takes a walk through many files, so once."""
    return frozenset(zoneinfo.available_timezones())


def validate_timezone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if name not in known_zones():
        raise ValidationError(
            "“%(name)s” is not a time zone. Use a name such as Europe/Berlin or America/New_York.",
            code="unknown_timezone",
            params={"name": name},
        )
