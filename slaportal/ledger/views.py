"""How far the history is sealed, and with which key: so that both parties can hold the portal to it."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.ledger import keys, selectors


@never_cache
@require_safe
def checkpoints(request: HttpRequest) -> HttpResponse:
    """Show the newest checkpoint of each log that the reader may see, and the key that signed it."""
    member = member_of(request)
    permissions.require(member, "ledger.read")
    context = {"logs": selectors.log_lines(member), "public_key": keys.public_key().hex()}
    return render(request, "ledger/checkpoints.html", context)


@never_cache
@require_safe
def checkpoint(request: HttpRequest, reference: str) -> HttpResponse:
    """Send the newest checkpoint of a log as text: to be kept, or compared with one that was."""
    log = selectors.visible_logs(member_of(request)).filter(reference=reference.upper()).first()
    newest = selectors.newest_of(log) if log else None
    if newest is None:
        raise Http404("There is no such log.")
    response = HttpResponse(newest.note, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = (
        f'attachment; filename="checkpoint-{reference.upper()}-{newest.size}.txt"'
    )
    return response


@login_not_required
@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """Publish the public key: everybody may know it, and nobody can sign with it."""
    return HttpResponse(f"Ed25519 {keys.public_key().hex()}\n", content_type="text/plain; charset=utf-8")
