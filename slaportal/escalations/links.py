"""The signed one-click link of an escalation's mail: it names the escalation, the person and when it was made.

Pure: signing needs the secret key only, and what is too old is judged by the `now` of the caller.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.signing import BadSignature, Signer

SALT: Final = "slaportal.escalations.in-hand"
LASTS: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whom a link lets acknowledge which escalation."""

    escalation: int
    user: int


def path_for(*, escalation: int, user: int, now: datetime) -> str:
    """Return the path of the page on which the person `user` takes `escalation` in hand with one click."""
    token = Signer(salt=SALT).sign_object({"e": escalation, "u": user, "t": int(now.timestamp())})
    return f"/escalations/in-hand/{token}"


def read(token: str, *, now: datetime) -> Ticket | None:
    """Return what `token` says; None if we did not sign it or it is older than three days."""
    try:
        said = Signer(salt=SALT).unsign_object(token)
        ticket = Ticket(escalation=int(said["e"]), user=int(said["u"]))
        age = now.timestamp() - int(said["t"])
    except (BadSignature, KeyError, TypeError, ValueError):
        return None
    return ticket if age <= LASTS.total_seconds() else None
