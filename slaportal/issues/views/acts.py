"""Acts on an issue: each is a POST that parses, calls its service and goes back to the page."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from slaportal.accounts.http import member_of
from slaportal.issues.models import Issue
from slaportal.issues.selectors import timeline
from slaportal.issues.services import acts
from slaportal.issues.services.acts import Conflict
from slaportal.issues.views.offers import ACTS, Act
from slaportal.issues.views.page import issue_or_404, reread, show
from slaportal.lib.refusal import Refused


@require_POST
def act(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Do one act of the table: 303 to the page, 409 if the issue changed meanwhile, 422 with the reason otherwise."""
    member = member_of(request)
    issue = issue_or_404(member, reference)
    chosen = ACTS.get(name)
    if chosen is None:
        raise Http404("There is no such act.")
    acts.allow(issue, member, chosen.right)
    form = chosen.form(request.POST, request.FILES, issue=issue, member=member, auto_id=f"{name}_%s")
    if chosen.versioned and form.version_seen != issue.version:
        return _conflict(request, issue, name, chosen)
    if not form.is_valid():
        return show(request, issue, bound=(name, form), status=422)
    try:
        chosen.run(issue, member, form.cleaned_data, datetime.now(UTC))
    except Conflict:
        return _conflict(request, reread(issue, member), name, chosen)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return show(request, reread(issue, member), bound=(name, form), status=422)
    messages.success(request, str(chosen.done))
    if not Issue.objects.visible_to(member).filter(pk=issue.pk).exists():
        return redirect("issues:list")  # who followed it and stopped cannot read it any more
    anchor = f"#{chosen.anchor}" if chosen.anchor else ""
    return HttpResponse(
        status=303, headers={"Location": reverse("issues:detail", args=[issue.reference]) + anchor}
    )


def _conflict(request: HttpRequest, issue: Issue, name: str, chosen: Act) -> HttpResponse:
    """Show what happened meanwhile beside what was typed; nothing is lost and it can be sent again."""
    member = member_of(request)
    seen = str(request.POST.get("seen", ""))
    again = request.POST.copy()
    again["version"], again["seen"] = str(issue.version), str(timeline.last_event(issue, reader=member))
    missed = timeline.since(issue, reader=member, seen=int(seen)) if seen.isdecimal() else []
    context = {
        "issue": issue,
        "name": name,
        "missed": missed,
        "form": chosen.form(again, request.FILES, issue=issue, member=member, auto_id=f"{name}_%s"),
    }
    return render(request, "issues/conflict.html", context, status=409)
