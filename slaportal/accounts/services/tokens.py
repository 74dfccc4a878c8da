"""Tokens: made and revoked by people, used by programs."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import ApiToken, Membership
from slaportal.accounts.scopes import SCOPES
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy_line

# What scanners for leaked secrets look for.
BEGIN: Final = "slap_"
LONGEST: Final = timedelta(days=366)
# A sign of life is written at most this often, so that reading by API does not write with each call.
USED_WITHIN: Final = timedelta(minutes=1)


def offered_scopes(member: Membership) -> list[str]:
    """Return the scopes that open at least one act that `member` may do now."""
    return [
        scope.name for scope in SCOPES.values() if any(permissions.may(member, act) for act in scope.acts)
    ]


@transaction.atomic
def make_token(
    *, actor: Membership, name: str, scopes: Sequence[str], expires_at: datetime, now: datetime
) -> tuple[ApiToken, str]:
    """Return a new token of `actor` and its secret, which nobody can read again.

    It never opens more than `actor` may do at the time of each call. Raises `NotAllowed`, or `Refused` for a scope
    that opens nothing, none at all, or a life of more than a year.
    """
    permissions.require(actor, "token.make", organization_id=actor.organization_id)
    name = tidy_line(name)
    if not name:
        raise Refused(_("Name the program that will use the token."))
    chosen = [scope for scope in SCOPES if scope in scopes]
    if not chosen or set(scopes) - set(offered_scopes(actor)):
        raise Refused(_("Choose at least one scope, and only what your role can do."))
    if not now < expires_at <= now + LONGEST:
        raise Refused(_("A token ends after today and within a year; make a new one then."))
    prefix = BEGIN + secrets.token_hex(4)
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        membership=actor,
        name=name[:80],
        prefix=prefix,
        secret_hash=_hash(secret),
        scopes=chosen,
        created_at=now,
        expires_at=expires_at,
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: Membership, now: datetime) -> None:
    """End `token` with the next call: one's own, or as somebody who looks after tokens (token.revoke)."""
    if token.membership_id != actor.pk:
        permissions.require(actor, "token.revoke", organization_id=token.membership.organization_id)
    ended = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now, revoked_by=actor)
    if not ended:
        raise Refused(_("This token was revoked already."))
    token.refresh_from_db()


def member_of_token(secret: str, *, now: datetime) -> Membership | None:
    """Return the member for whom `secret` opens the door at `now`, acting through its token; None if it opens none.

    Membership and role are read anew with each call, so a token is never wider than its maker is now.
    """
    found = (
        ApiToken.objects.select_related("membership__user", "membership__organization")
        .filter(secret_hash=_hash(secret), membership__active=True, membership__user__is_active=True)
        .first()
    )
    if found is None or not found.works(now=now) or found.membership.has_ended(now=now):
        return None
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_WITHIN)
    if found.last_used_at is None or found.last_used_at < now - USED_WITHIN:
        ApiToken.objects.filter(stale, pk=found.pk).update(last_used_at=now)
    member = found.membership
    member.through = found.through()
    return member


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
