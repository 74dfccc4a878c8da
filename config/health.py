"""`/healthz`: is the portal doing its work, not only answering?"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from slaportal.notifications.models import Heartbeat

WATCHED = ("watch", "delivery", "beat")


def problems(*, now: datetime) -> dict[str, str]:
    """What is wrong, by part, in words; empty when all is well. `now` is an aware UTC instant."""
    try:
        beats = dict(Heartbeat.objects.filter(name__in=WATCHED).values_list("name", "at"))
    except DatabaseError as error:
        return {"database": f"does not answer: {type(error).__name__}"}
    stale = now - timedelta(seconds=settings.HEARTBEAT_STALE_AFTER)
    found = {}
    for name in WATCHED:
        at = beats.get(name)
        if at is None:
            found[name] = "has not run yet"
        elif at < stale:
            found[name] = f"last ran at {at.isoformat(timespec='seconds')}"
    return found


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database, watch, delivery and beat are alive; else 503 and what is not."""
    wrong = problems(now=datetime.now(UTC))
    parts = {name: wrong.get(name, "ok") for name in ("database", *WATCHED)}
    if "database" in wrong:
        parts = {"database": wrong["database"]}
    status = 503 if wrong else 200
    response = JsonResponse({"status": "ok" if status == 200 else "failing", "parts": parts}, status=status)
    # A probe asks every few seconds and hears the answer; Django would write each 503 into the log as an error.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
