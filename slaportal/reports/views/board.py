"""The live dashboard of people who are signed in."""

from datetime import UTC, datetime

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.issues.counting import BREACHED, LEVELS, MET, METRICS
from slaportal.reports.live.rendering import Style
from slaportal.reports.live.tickets import SessionTicket
from slaportal.reports.selectors.month import decided
from slaportal.reports.selectors.viewpoints import Viewpoint, clients_of
from slaportal.reports.views.live import live_part, once_more, streamed

PER_PAGE = 50
OUTCOMES = {"": (MET, BREACHED), MET: (MET,), BREACHED: (BREACHED,)}


def _viewpoint(request: HttpRequest) -> Viewpoint:
    """Return what the reader asks for: the client of `?client=`, else all that they may see."""
    member = member_of(request)
    permissions.require(member, "issue.read")
    wanted = request.GET.get("client", "")
    if not wanted or not member.is_vendor:
        return Viewpoint(member)
    if not wanted.isdecimal() or len(wanted) > 18:
        raise Http404
    return Viewpoint(member, get_object_or_404(clients_of(member), pk=int(wanted)))


def _style(viewpoint: Viewpoint) -> Style:
    return Style(language=get_language() or "en", zone=viewpoint.member.user.timezone)


@never_cache
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the board; the stream keeps it current."""
    viewpoint, now = _viewpoint(request), datetime.now(UTC)
    style, member = _style(viewpoint), viewpoint.member
    query = f"?client={viewpoint.client.pk}" if viewpoint.client else ""
    context = {
        **live_part(viewpoint, style, now=now),
        "member": member,
        "client": viewpoint.client,
        "clients": clients_of(member) if member.is_vendor else (),
        "stream": reverse("reports:dashboard-stream") + query,
        "again": reverse("reports:dashboard-now") + query,
        "may_open_walls": permissions.may(member, "wallboard.revoke"),
    }
    return render(request, "reports/board/page.html", context)


@never_cache
@require_safe
def dashboard_now(request: HttpRequest) -> HttpResponse:
    """Return the live part of the dashboard alone."""
    viewpoint = _viewpoint(request)
    return once_more(viewpoint, _style(viewpoint), now=datetime.now(UTC))


@require_GET
def dashboard_stream(request: HttpRequest) -> HttpResponseBase:
    """Stream the dashboard for as long as this session acts through this membership."""
    viewpoint = _viewpoint(request)
    member = viewpoint.member
    ticket = SessionTicket(request.session.session_key or "", member.pk, member.role)
    return streamed(request, ticket, viewpoint, _style(viewpoint))


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """List what was decided this month: the clocks behind a number of the dashboard."""
    viewpoint, now = _viewpoint(request), datetime.now(UTC)
    found = decided(viewpoint, now=now).select_related("issue__organization")
    level, metric = request.GET.get("level", ""), request.GET.get("metric", "")
    outcome = request.GET.get("outcome", "")
    if level in LEVELS:
        found = found.filter(level=level)
    if metric in METRICS:
        found = found.filter(metric=metric)
    counts = {name: found.filter(outcome__in=values).count() for name, values in OUTCOMES.items()}
    outcome = outcome if outcome in OUTCOMES else ""
    shown = found.filter(outcome__in=OUTCOMES[outcome]).order_by("-decided_at", "-pk")
    context = {
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "counts": [(name, counts[name]) for name in OUTCOMES],
        "outcome": outcome,
        "level": level if level in LEVELS else "",
        "metric": metric if metric in METRICS else "",
        "client": viewpoint.client,
        "member": viewpoint.member,
    }
    return render(request, "reports/month.html", context)
