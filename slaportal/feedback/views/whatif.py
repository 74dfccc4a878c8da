"""Asking what another version would have made of a past period, and the answer."""

from datetime import UTC, datetime

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.feedback import services
from slaportal.feedback.forms.whatif import WhatIfForm
from slaportal.feedback.selectors import whatif as selectors
from slaportal.feedback.services.whatif import terms_hash
from slaportal.jobs.models import Job
from slaportal.lib.refusal import Refused

A_PAGE = 50


@require_safe
def what_ifs(request: HttpRequest) -> HttpResponse:
    """List the what-ifs that this person may read, newest first."""
    member = member_of(request)
    permissions.require(member, "whatif.read")
    page = Paginator(selectors.readable_what_ifs(member), A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_ask": permissions.may(member, "whatif.run")}
    return render(request, "feedback/what_ifs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_what_if(request: HttpRequest) -> HttpResponse:
    """Ask; a worker answers, and the page of its work shows how far it is."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "whatif.run")
    initial = {name: request.GET[name] for name in ("version", "organization") if name in request.GET}
    form = WhatIfForm(request.POST or None, member=member, today=timezone.localdate(now), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            found = services.ask_what_if(**form.question(), actor=member, now=now)
        except (Refused, permissions.NotAllowed) as refusal:
            form.add_error(None, str(refusal))
        else:
            job = services.begin_job(found, actor=member, now=now)
            return redirect("jobs:detail", job.reference)
    return render(request, "feedback/what_if_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def what_if(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one answer: terms, adherence before and after, staffing, and each difference."""
    member = member_of(request)
    permissions.require(member, "whatif.read")
    found = selectors.readable_what_ifs(member).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such what-if.")
    lines = selectors.figure_lines(found)
    only = "outcomes" in request.GET
    page = Paginator(selectors.differences_of(found, outcomes_only=only), A_PAGE)
    job = Job.objects.visible_to(member).open().filter(key__endswith=f":whatif:{found.pk}").first()
    context = {
        "what_if": found,
        "job": job,
        "lines": lines,
        "sums": selectors.sums(lines),
        "changes": selectors.changes(
            selectors.version_before(found.version, client=found.organization), found.version
        ),
        "outdated": bool(found.terms_hash) and found.terms_hash != terms_hash(found.version),
        "only": only,
        "page": page.get_page(request.GET.get("page")),
        "may_ask": permissions.may(member, "whatif.run"),
    }
    return render(request, "feedback/what_if.html", context)
