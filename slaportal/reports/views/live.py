"""What a dashboard and a wallboard have in common: the page's live part, the same once more, and the stream."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from slaportal.reports.live.hub import Hub, Stream
from slaportal.reports.live.rendering import Style, body, version
from slaportal.reports.live.tickets import Ticket
from slaportal.reports.selectors.board import board
from slaportal.reports.selectors.viewpoints import Viewpoint

FINGERPRINT: Final = 40
# The streams of this process.
HUB: Final = Hub(clock=lambda: datetime.now(UTC))


def live_part(viewpoint: Viewpoint, style: Style, *, now: datetime) -> dict[str, object]:
    """Return what templates/reports/board/live.html shows: the board as it is now."""
    made = board(viewpoint, now=now)
    return {
        "body": body(made, viewpoint, style),
        "fingerprint": made.fingerprint,
        "now": now,
        "version": version(),
    }


def once_more(viewpoint: Viewpoint, style: Style, *, now: datetime) -> HttpResponse:
    """Return the live part alone, for browsers that ask for it now and then; the fingerprint is its ETag."""
    made = board(viewpoint, now=now)
    return HttpResponse(
        body(made, viewpoint, style), headers={"ETag": f'"{made.fingerprint}"', "Cache-Control": "no-store"}
    )


def streamed(request: HttpRequest, ticket: Ticket, viewpoint: Viewpoint, style: Style) -> HttpResponseBase:
    """Return the stream of server-sent events for one browser, from the board that it says it shows.

    A server that can only serve one request per thread gets no stream: 204 tells a browser to ask no more for it, and
    the page asks for the board every half minute instead.
    """
    if not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)
    shows = request.headers.get("Last-Event-ID") or request.GET.get("shows", "")
    stream = Stream(ticket, viewpoint, style, shows=shows[:FINGERPRINT])
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    frames: AsyncIterator[bytes] = HUB.follow(stream)
    return StreamingHttpResponse(frames, content_type="text/event-stream; charset=utf-8", headers=headers)
