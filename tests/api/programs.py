"""Programs that call: a client with a token of somebody."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rest_framework.test import APIClient

from slaportal.accounts.models import ApiToken, Membership
from slaportal.accounts.scopes import SCOPES
from slaportal.accounts.services import make_token

EVERYTHING = tuple(SCOPES)


def token_of(member: Membership, scopes: Sequence[str] = EVERYTHING) -> tuple[ApiToken, str]:
    """Return a token of `member` and its secret, whatever the role: it was made when that role still made tokens."""
    now = datetime.now(UTC)
    role = member.role
    Membership.objects.filter(pk=member.pk).update(
        role="vendor_lead" if member.is_vendor else "client_manager"
    )
    maker = Membership.objects.get(pk=member.pk)
    possible = [scope for scope in scopes if scope != "notes:read" or member.is_vendor]
    made = make_token(
        actor=maker, name="Monitoring", scopes=possible, expires_at=now + timedelta(days=30), now=now
    )
    Membership.objects.filter(pk=member.pk).update(role=role)
    return made


def program(member: Membership, scopes: Sequence[str] = EVERYTHING, **headers: Any) -> APIClient:
    """Return a client that calls with a token of `member`."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(member, scopes)[1]}", **headers)
    return client
