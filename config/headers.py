"""Security headers that depend on the page."""

from collections.abc import Callable

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# The admin's theme evaluates expressions and sets styles; nothing else may.
ADMIN_PATH = "/admin/"
ADMIN_RELAXATION = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}
# The reference of the API is drawn by Swagger UI, which sets styles; its scripts are files of ours.
REFERENCE_PATH = "/api/v1/reference"
REFERENCE_RELAXATION = {"style-src": [UNSAFE_INLINE]}
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PathCSPMiddleware(CSPMiddleware):
    """The strict policy everywhere, relaxed only under the admin's path and for the reference of the API."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith(ADMIN_PATH):
            response._csp_update = ADMIN_RELAXATION  # type: ignore[attr-defined]
        elif request.path == REFERENCE_PATH:
            response._csp_update = REFERENCE_RELAXATION  # type: ignore[attr-defined]
        return super().process_response(request, response)


def permissions_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: no page may use the devices of the reader."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    return middleware
