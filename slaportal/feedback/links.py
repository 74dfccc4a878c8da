"""The signed link of a survey: it names one request and opens nothing else. Pure: signing needs the secret key only.

How long it works stands in the request, not in the link.
"""

from typing import Final

from django.core.signing import BadSignature, Signer

SALT: Final = "slaportal.feedback.survey"


def path_for(request: int, *, answer: int | None = None) -> str:
    """Return the path on which request number `request` is answered, with `answer` selected but not given."""
    token = Signer(salt=SALT).sign_object({"r": request})
    return f"/survey/{token}" + (f"?answer={answer}" if answer is not None else "")


def read(token: str) -> int | None:
    """Return the number of the request that `token` names; None if we did not sign it for this purpose."""
    try:
        return int(Signer(salt=SALT).unsign_object(token)["r"])
    except (BadSignature, KeyError, TypeError, ValueError):
        return None
