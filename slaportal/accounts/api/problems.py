"""How the API says no: problem details (RFC 9457) with a `code` that never changes and a pointer for each field."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from slaportal.accounts.permissions import NotAllowed
from slaportal.lib.refusal import Refused

MEDIA_TYPE: Final = "application/problem+json"
# code → status and title; docs/api.md lists them. A code is never renamed, and its status never changes.
CODES: Final[dict[str, tuple[int, str]]] = {
    "malformed": (400, "The request cannot be read"),
    "invalid_parameter": (400, "A parameter of the address is not right"),
    "invalid_cursor": (400, "The cursor is not one of ours"),
    "not_authenticated": (401, "A token is needed"),
    "invalid_token": (401, "The token opens nothing"),
    "not_allowed": (403, "The role has no right to this"),
    "needs_a_person": (403, "Only a person can do this"),
    "scope_missing": (403, "The token was not made for this"),
    "not_found": (404, "There is nothing here"),
    "method_not_allowed": (405, "This address does not take that method"),
    "not_acceptable": (406, "This address answers in JSON only"),
    "changed_meanwhile": (409, "Somebody else changed it a moment ago"),
    "still_running": (409, "The same request is being worked on"),
    "version_mismatch": (412, "It is not the version that If-Match names"),
    "unsupported_media_type": (415, "Bodies of this kind are not read here"),
    "invalid": (422, "A field is not right"),
    "refused": (422, "This is not possible now"),
    "no_agreement": (422, "No agreement is in force"),
    "key_reused": (422, "The key was used for another request"),
    "too_many_requests": (429, "Too many calls in this minute"),
}


class Problem(Exception):
    """One problem with a code of `CODES`, a sentence, and perhaps the fields or parameters it is about."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.errors = code, detail, errors or []
        self.headers = dict(headers or {})


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the answer to `error`; None for what nobody foresaw, which stays an error of the portal."""
    problem = as_problem(error)
    if problem is None:
        return None
    set_rollback()
    status, title = CODES[problem.code]
    body: dict[str, Any] = {
        "type": f"/api/v1/problems#{problem.code}",
        "title": title,
        "status": status,
        "code": problem.code,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return Response(body, status=status, headers=problem.headers, content_type=MEDIA_TYPE)


def as_problem(error: Exception) -> Problem | None:
    """Return `error` as a problem; None if it is none that a caller could do anything about."""
    match error:
        case Problem():
            return error
        case NotAllowed() | Refused():
            return Problem(error.code, str(error))
        case exceptions.ValidationError():
            return invalid(error.get_full_details())
        case Http404():
            return Problem("not_found", "There is nothing here, or nothing that you may read.")
        case PermissionDenied():
            return Problem("not_allowed", str(error) or "This is not yours to see.")
        case exceptions.Throttled():
            return too_many(int(getattr(error, "wait", None) or 60))
        case exceptions.APIException():
            return _of_framework(error)
        case _:
            return None


def too_many(seconds: int) -> Problem:
    """Return the problem of a caller who calls too often, with when to come back."""
    words = f"Wait {seconds} seconds and try again."
    return Problem("too_many_requests", words, headers={"Retry-After": str(seconds)})


def _of_framework(error: exceptions.APIException) -> Problem | None:
    codes = {
        "parse_error": "malformed",
        "authentication_failed": "invalid_token",
        "permission_denied": "not_allowed",
    }
    code = codes.get(error.default_code, error.default_code)
    if code not in CODES:
        return None
    header = getattr(error, "auth_header", None)
    headers = {"WWW-Authenticate": str(header)} if header else {}
    return Problem(code, str(error.detail), headers=headers)


def invalid(details: Any) -> Problem:
    """Return what is wrong with a body, one entry per field: pointer (RFC 6901), code and sentence."""
    errors = list(_entries(details, ""))
    return Problem("invalid", "Look at the errors, each with a pointer to its field.", errors=errors)


def _entries(details: Any, pointer: str) -> Iterator[dict[str, str]]:
    match details:
        case {"message": message, "code": code}:
            yield {"pointer": pointer, "code": str(code), "detail": str(message)}
        case dict():
            for name, inner in details.items():
                whole = name == "non_field_errors"
                yield from _entries(inner, pointer if whole else f"{pointer}/{_escaped(str(name))}")
        case list():
            # Errors of one field come as a list of messages, those of a list's members by their place.
            for place, inner in enumerate(details):
                is_message = isinstance(inner, dict) and set(inner) == {"message", "code"}
                yield from _entries(inner, pointer if is_message else f"{pointer}/{place}")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
