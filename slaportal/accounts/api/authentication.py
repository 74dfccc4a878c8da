"""Who calls: a program with a token, or a person whose browser is signed in and who only reads."""

from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from slaportal.accounts.models import Membership, User
from slaportal.accounts.services import member_of_token
from slaportal.accounts.services.calls import count_call, seen_calls

SAFE: Final = ("GET", "HEAD", "OPTIONS")


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer slap_…`: the person who made the token, acting through it.

    Wrong secrets are counted by network address, and after some no secret from there is looked at for the rest of
    the minute, so that nobody can try many.
    """

    def authenticate(self, request: Request) -> tuple[User, Membership] | None:
        """Return person and member; None without such a header. Raises `AuthenticationFailed` or `Throttled`."""
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        now = datetime.now(UTC)
        caller = f"wrong:{request.META.get('REMOTE_ADDR', '')}"[:64]
        before = seen_calls(caller, limit=settings.API_WRONG_TOKENS_A_MINUTE, now=now)
        if before.exceeded:
            raise Throttled(wait=before.seconds)
        member = member_of_token(secret.strip(), now=now)
        if member is None:
            count_call(caller, limit=settings.API_WRONG_TOKENS_A_MINUTE, now=now)
            raise AuthenticationFailed("This token opens nothing: it is wrong, expired or revoked.")
        request._request.membership = member  # type: ignore[attr-defined]
        return member.user, member

    def authenticate_header(self, request: Request) -> str:
        """Return what the answer 401 asks for."""
        return 'Bearer realm="api"'


class PersonReading(SessionAuthentication):
    """A signed-in browser may read, as on the reference page; whatever writes needs a token, so no form elsewhere can."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return the person of the session for reading; None for any other method."""
        if request.method not in SAFE:
            return None
        return super().authenticate(request)
