"""What commands are asked with: an organization, an issue, an instant."""

from datetime import UTC, datetime

from django.core.management.base import CommandError
from django.db.models import Q

from slaportal.accounts.models import Organization
from slaportal.issues.models import Issue


def organization(key: str) -> Organization:
    """Return the organization with this source key or, failing that, this name. Raises `CommandError`."""
    by_key = Organization.objects.filter(source_key=key).first()
    if by_key is not None:
        return by_key
    by_name = list(Organization.objects.filter(name__iexact=key)[:2])
    if len(by_name) != 1:
        count = "Several organizations are" if by_name else "No organization is"
        raise CommandError(f"{count} called “{key}”. Give the key of one.")
    return by_name[0]


def issue(key: str) -> Issue:
    """Return the issue with this source key or reference. Raises `CommandError`."""
    found = (
        Issue.objects.filter(Q(source_key=key) | Q(reference=key.upper()))
        .select_related("organization", "agreement__policy_version__policy", "agreement__calendar")
        .first()
    )
    if found is None:
        raise CommandError(f"No issue has the key or reference “{key}”.")
    return found


def instant(text: str) -> datetime:
    """Return an instant written with its offset. Raises `CommandError`."""
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise CommandError(f"Give an instant with its offset, such as 2026-11-23T09:00:00Z; “{text}” is not.")
    return found.astimezone(UTC)
