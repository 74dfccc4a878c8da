"""Coming in: how often one may try, and a new password by mail."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from slaportal.accounts.mail import send_on_commit
from slaportal.accounts.models import SignInAttempt, User
from slaportal.lib.refusal import Refused

WINDOW: Final = timedelta(minutes=15)
MOST_ATTEMPTS: Final = 10


def admit_attempt(*, account: str, network_address: str, now: datetime) -> bool:
    """Note one try at `account` from `network_address` and return whether it may go on.

    Ten tries in fifteen minutes, counted alike for accounts that exist and that do not. The try is written before
    it is counted, so that tries at the same moment cannot slip through together. Older tries are deleted on the
    way: nobody's network address is kept for longer than it counts.
    """
    key = _account_key(account)
    forget_old_attempts(now=now)
    SignInAttempt.objects.create(account=key, network_address=network_address[:45], at=now)
    tries = SignInAttempt.objects.filter(
        account=key, network_address=network_address[:45], at__gt=now - WINDOW, at__lte=now
    ).count()
    return tries <= MOST_ATTEMPTS


def forget_attempts(*, account: str, network_address: str) -> None:
    """Forget the tries before a success."""
    SignInAttempt.objects.filter(account=_account_key(account), network_address=network_address[:45]).delete()


def forget_old_attempts(*, now: datetime) -> int:
    """Delete tries that no longer count and return how many."""
    return SignInAttempt.objects.filter(at__lte=now - WINDOW).delete()[0]


@transaction.atomic
def request_password_reset(*, email: str, now: datetime) -> None:
    """Mail a link for a new password if `email` is a person who may come in; the caller cannot tell."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        return
    path = reverse(
        "accounts:new-password",
        args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)],
    )
    send_on_commit(
        kind="new-password",
        to=user.email,
        context={"person": user, "link": settings.PORTAL_URL + path, "hours": hours_of_reset()},
        language=user.language,
        zone=user.timezone,
    )


@transaction.atomic
def reset_password(*, user_key: str, token: str, password: str) -> User:
    """Set a new password with the link from the mail; it works once. Raises `Refused` when it no longer works."""
    user = person_of_reset(user_key=user_key, token=token)
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """Set a new password for a person who proved the present one; their other sessions end."""
    user.set_password(password)
    user.save(update_fields=["password"])


def person_of_reset(*, user_key: str, token: str) -> User:
    """Return whose link this is. Raises `Refused` for a link that is wrong, used or too old."""
    try:
        user = User.objects.get(pk=int(urlsafe_base64_decode(user_key)), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        user = None
    if user is None or not default_token_generator.check_token(user, token):
        raise Refused(_("This link was used already or is too old. Ask for a new one."))
    return user


def hours_of_reset() -> int:
    """Return for how many hours a link for a new password works."""
    return int(settings.PASSWORD_RESET_TIMEOUT // 3600)


def _account_key(account: str) -> str:
    return hashlib.sha256(account.strip().lower().encode()).hexdigest()
