"""The same request sent twice is done once: claims and answers by `Idempotency-Key`."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from slaportal.accounts.models import ApiAnswer

KEPT: Final = timedelta(hours=24)
# Longer than any act takes; after it a request whose process died may be sent again.
LEASE: Final = timedelta(seconds=60)


class StillRunning(Exception):
    """The same request is being worked on."""


class KeyReused(Exception):
    """The key was used for another request."""


class ClaimLost(Exception):
    """The act took longer than its claim held and another process took it over; nothing of it may stay."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given the first time."""

    status: int
    headers: dict[str, str]
    body: str


def digest(*parts: str) -> str:
    """Return the hash by which two requests are the same."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def claim(*, token: int, key: str, request_sha256: str, now: datetime) -> Kept | None:
    """Claim `key` for a request and return None, or the answer of the same request before it.

    Commits the claim, so call it outside of a transaction. Raises `StillRunning` or `KeyReused`.
    """
    ApiAnswer.objects.filter(token=token, claimed_at__lt=now - KEPT).delete()
    new = {"request_sha256": request_sha256, "claimed_at": now, "claimed_until": now + LEASE}
    try:
        with transaction.atomic():
            ApiAnswer.objects.create(token_id=token, key=key, **new)
    except IntegrityError:
        return _of_twin(token=token, key=key, request_sha256=request_sha256, now=now)
    return None


def _of_twin(*, token: int, key: str, request_sha256: str, now: datetime) -> Kept | None:
    twin = ApiAnswer.objects.filter(token=token, key=key).first()
    if twin is None:
        raise StillRunning  # It was refused this very moment; the next try finds the key free.
    if twin.request_sha256 != request_sha256:
        raise KeyReused
    if twin.status is not None:
        return Kept(twin.status, twin.headers, twin.body)
    lapsed = Q(pk=twin.pk, status=None, claimed_at=twin.claimed_at, claimed_until__lte=now)
    if not ApiAnswer.objects.filter(lapsed).update(claimed_at=now, claimed_until=now + LEASE):
        raise StillRunning
    return None


def keep(
    *, token: int, key: str, claimed_at: datetime, status: int, headers: dict[str, str], body: str
) -> None:
    """Keep the answer in the transaction of its act. Raises `ClaimLost` if another process took the request over."""
    held = ApiAnswer.objects.filter(token=token, key=key, claimed_at=claimed_at, status=None)
    if not held.update(status=status, headers=headers, body=body):
        raise ClaimLost


def release(*, token: int, key: str, claimed_at: datetime) -> None:
    """Give `key` back after a refusal: nothing was done, so the request may be sent again with another body."""
    ApiAnswer.objects.filter(token=token, key=key, claimed_at=claimed_at, status=None).delete()
