"""Wallboards: their list, and the screens themselves, which nobody signs in to."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.lib.refusal import Refused
from slaportal.reports.forms.wallboards import WallboardForm
from slaportal.reports.live.rendering import Style
from slaportal.reports.live.tickets import WallTicket
from slaportal.reports.models import Wallboard
from slaportal.reports.selectors.wallboards import viewpoint_of, wallboard_of, wallboards_for
from slaportal.reports.services.wallboards import open_wallboard, revoke_wallboard
from slaportal.reports.views.live import live_part, once_more, streamed


@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def wallboards(request: HttpRequest) -> HttpResponse:
    """List the wallboards and open another; its address is shown this once."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "wallboard.revoke")
    may_open, address, opened = permissions.may(member, "wallboard.open"), "", None
    form = WallboardForm(request.POST or None, actor=member, today=timezone.localtime(now).date())
    if request.method == "POST" and form.is_valid():
        try:
            opened, secret = open_wallboard(
                actor=member,
                now=now,
                client=form.cleaned_data.get("client"),
                name=form.cleaned_data["name"],
                shows_names=form.cleaned_data["shows_names"],
                expires_at=form.cleaned_data["expires_at"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            address = settings.PORTAL_URL + reverse("reports:wall", args=[secret])
            form = WallboardForm(actor=member, today=timezone.localtime(now).date())
    context = {
        "form": form if may_open else None,
        "lines": [(one, one.ended_because(now=now)) for one in wallboards_for(member)],
        "member": member,
        "address": address,
        "opened": opened,
    }
    return render(request, "reports/wallboards.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a wallboard go dark."""
    member = member_of(request)
    permissions.require(member, "wallboard.revoke")
    wallboard = get_object_or_404(wallboards_for(member), pk=pk)
    try:
        revoke_wallboard(wallboard=wallboard, actor=member, now=datetime.now(UTC))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Revoked. The screen goes dark within seconds."))
    return redirect("reports:wallboards")


@login_not_required
@never_cache
@require_safe
def wall(request: HttpRequest, secret: str) -> HttpResponse:
    """Show the board on a screen; the secret in the address is the key."""
    now = datetime.now(UTC)
    wallboard = wallboard_of(secret, now=now)
    if wallboard is None:
        return render(request, "reports/board/dark.html", status=404)
    with translation.override(wallboard.language), timezone.override(wallboard.timezone):
        context = {
            **live_part(viewpoint_of(wallboard), _style(wallboard), now=now),
            "wallboard": wallboard,
            "stream": reverse("reports:wall-stream", args=[secret]),
            "again": reverse("reports:wall-now", args=[secret]),
        }
        return render(request, "reports/board/wall.html", context)


@login_not_required
@never_cache
@require_safe
def wall_now(request: HttpRequest, secret: str) -> HttpResponse:
    """Return the live part of a wallboard alone."""
    now = datetime.now(UTC)
    wallboard = _open(secret, now)
    return once_more(viewpoint_of(wallboard), _style(wallboard), now=now)


@login_not_required
@require_GET
def wall_stream(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Stream a wallboard until it is revoked or too old."""
    wallboard = _open(secret, datetime.now(UTC))
    ticket = WallTicket(wallboard.pk, wallboard.opened_by.role)
    return streamed(request, ticket, viewpoint_of(wallboard), _style(wallboard))


def _open(secret: str, now: datetime) -> Wallboard:
    wallboard = wallboard_of(secret, now=now)
    if wallboard is None:
        raise Http404("No such wallboard")
    return wallboard


def _style(wallboard: Wallboard) -> Style:
    return Style(language=wallboard.language, zone=wallboard.timezone, wall=True, names=wallboard.shows_names)
