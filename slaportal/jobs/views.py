"""The pages of one's own long work."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from slaportal.accounts.http import member_of
from slaportal.jobs import selectors, services
from slaportal.jobs.models import Job
from slaportal.lib.refusal import Refused

SHOWN = 50


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """Show the last pieces of work that this person asked for."""
    mine = Job.objects.visible_to(member_of(request))[:SHOWN]
    return render(request, "jobs/list.html", {"jobs": mine, "shown": SHOWN})


@never_cache
@require_safe
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Show how far it is; with `?part` only the part of the page that moves, for the browser to put in place."""
    job = _mine(request, reference)
    template = "jobs/parts/standing.html" if "part" in request.GET else "jobs/detail.html"
    context = {"job": job, "standing": selectors.standing(job, now=datetime.now(UTC))}
    return render(request, template, context)


@require_POST
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Give it up."""
    job = _mine(request, reference)
    try:
        services.cancel(job=job, now=datetime.now(UTC))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Canceled. What was already finished stays."))
    return redirect("jobs:detail", job.reference)


@require_POST
def again(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the same once more."""
    job = _mine(request, reference)
    try:
        job = services.again(job=job, actor=member_of(request), now=datetime.now(UTC))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("jobs:detail", job.reference)


def _mine(request: HttpRequest, reference: str) -> Job:
    return get_object_or_404(Job.objects.visible_to(member_of(request)), reference=reference)
