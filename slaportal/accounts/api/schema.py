"""How the reference (OpenAPI 3.1) is written from the views: names, scopes, examples and every answer that says no."""

import re
from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from slaportal.accounts.api.problems import CODES, MEDIA_TYPE
from slaportal.accounts.scopes import scope_of

IDEMPOTENCY_KEY: Final = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="A UUID of yours. The same request with the same key is done once; the answer is kept for 24 hours.",
)
IF_MATCH: Final = OpenApiParameter(
    "If-Match",
    {"type": "string", "maxLength": 40, "pattern": r'^"[0-9]{1,9}"$'},
    OpenApiParameter.HEADER,
    description="The ETag of the issue as you saw it; 412 if it has changed since.",
)
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `code` never changes its meaning; `detail` is for people.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(CODES)},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "One for each field (`pointer`, RFC 6901) or parameter of the address.",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
ALWAYS: Final = (400, 401, 403, 404, 405, 406, 429)
WITH_BODY: Final = (409, 415, 422)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describe the token."""

    target_class = "slaportal.accounts.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the scheme: a bearer token."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token from the page “Tokens”, such as slap_1a2b3c4d_…",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Leave the session out of the reference: it only lets a signed-in browser read."""

    target_class = "slaportal.accounts.api.authentication.PersonReading"
    name = "session"

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        """Return nothing to put beside an operation."""
        return []

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the scheme: the cookie of the portal."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class PortalSchema(AutoSchema):
    """One operation: its name and group from the view, its summary from the first sentence of the docstring."""

    view: Any

    def get_operation_id(self) -> str:
        """Return the name from `operations` of the view."""
        return str(self.view.operations[self.method])

    def get_tags(self) -> list[str]:
        """Return the group that the view names."""
        return [self.view.tag]

    def get_description(self) -> str:  # type: ignore[override]
        """Return the docstring and the scope that the method needs."""
        scope = scope_of(self.view.acts.get(self.method) or "")
        needs = f"\n\nScope: `{scope}`." if scope else ""
        return self._words() + needs

    def get_summary(self) -> str:
        """Return the first sentence."""
        return re.split(r"[.:;](?:\s|$)", self._words(), maxsplit=1)[0]

    def _words(self) -> str:
        if described := getattr(self.view, "described", ""):
            return str(described)
        return str(super().get_description())

    def get_override_parameters(self) -> list[Any]:
        """Add the headers that make an act safe to repeat and sure of what it changes."""
        found = [*super().get_override_parameters(), *getattr(self.view, "described_parameters", ())]
        if self.method == "POST" and not getattr(self.view, "changes_nothing", False):
            found.append(IDEMPOTENCY_KEY)
        if getattr(self.view, "conditional", False) and self.method == "POST":
            found.append(IF_MATCH)
        return found


def say_no(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add every answer that says no to every operation, and close the bodies to unknown fields."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {
        str(status): {"description": "; ".join(_titles(status)), "content": content}
        for status in sorted({status for status, _ in CODES.values()})
    }
    for path in result["paths"].values():
        for method, operation in path.items():
            wanted = [*ALWAYS, *(WITH_BODY if method == "post" else ())]
            if any(one["name"] == "If-Match" for one in operation.get("parameters", ())):
                wanted.append(412)
            for status in wanted:
                operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/{status}"})
    for name in _bodies(result):
        components["schemas"][name]["additionalProperties"] = False
    return result


def _titles(status: int) -> list[str]:
    return [f"{title} (`{code}`)" for code, (found, title) in CODES.items() if found == status]


def _bodies(result: dict[str, Any]) -> set[str]:
    """Return the names of the schemas that are read as whole bodies."""
    found = set()
    for path in result["paths"].values():
        for operation in path.values():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                found.add(media["schema"].get("$ref", "").rpartition("/")[2])
    return found - {""}
