"""`Idempotency-Key`: a request that is sent again gets the first answer and does nothing."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from slaportal.accounts.api.base import ApiView
from slaportal.accounts.api.problems import Problem
from slaportal.accounts.services import answers

Method = TypeVar("Method", bound=Callable[..., Response])
LONGEST = 255
REPEATED = ("Location", "ETag")


def once(method: Method) -> Method:
    """Make the POST `method` of an `ApiView` do the same request once; without the header it runs as it is.

    The answer is kept in the transaction of the act: whatever dies in between, there is one effect or none.
    """

    @wraps(method)
    def run(view: ApiView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None or view.member.through is None:
            return method(view, request, *args, **kwargs)
        _check(key)
        mine: dict[str, Any] = {"token": view.member.through.token, "key": key}
        try:
            kept = answers.claim(**mine, request_sha256=_digest(request), now=view.now)
        except answers.StillRunning:
            raise Problem("still_running", "Ask again in a moment.", headers={"Retry-After": "1"}) from None
        except answers.KeyReused:
            raise Problem("key_reused", "Take a new key for a new request.") from None
        if kept is not None:
            headers = {**kept.headers, "Idempotent-Replayed": "true"}
            body = json.loads(kept.body) if kept.body else None
            return Response(body, status=kept.status, headers=headers)
        mine["claimed_at"] = view.now
        try:
            with transaction.atomic():
                response = method(view, request, *args, **kwargs)
                body = JSONRenderer().render(response.data).decode()
                headers = {name: response[name] for name in REPEATED if name in response}
                answers.keep(**mine, status=response.status_code, headers=headers, body=body)
        except answers.ClaimLost:
            raise Problem("still_running", "Ask again in a moment.", headers={"Retry-After": "1"}) from None
        except BaseException:
            answers.release(**mine)
            raise
        return response

    return run  # type: ignore[return-value]


def _check(key: str) -> None:
    if not (1 <= len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise Problem(
            "malformed", f"Idempotency-Key has 1 to {LONGEST} printable characters, such as a UUID."
        )


def _digest(request: Request) -> str:
    """Return the hash of what is asked: how a body is put into parts differs from one sending to the next."""
    return answers.digest(
        str(request.method), request.get_full_path(), json.dumps(_plain(request.data), sort_keys=True)
    )


def _plain(value: Any) -> Any:
    if isinstance(value, UploadedFile):
        found = hashlib.sha256()
        for chunk in value.chunks():
            found.update(chunk)
        value.seek(0)
        return [value.name, found.hexdigest()]
    if hasattr(value, "lists"):
        return {name: [_plain(one) for one in many] for name, many in value.lists()}
    return value
