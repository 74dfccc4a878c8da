"""Escalations: what is late and who has it in hand."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.escalations import services
from slaportal.escalations.forms import RaiseForm
from slaportal.escalations.models import Escalation
from slaportal.escalations.selectors import answered_lines, lines_of, unanswered
from slaportal.issues.models import Issue
from slaportal.issues.services import acts
from slaportal.lib.references import normalize_reference
from slaportal.lib.refusal import Refused

PER_PAGE = 25


@require_safe
def escalations(request: HttpRequest) -> HttpResponse:
    """List the escalations of the issues that the reader may see: those that nobody has in hand first."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "issue.read")
    visible = Escalation.objects.visible_to(member)
    page = Paginator(unanswered(visible), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "member": member,
        "page": page,
        "open_lines": lines_of(page.object_list, member=member, now=now),
        "answered_lines": answered_lines(visible, member=member, now=now),
        "may_enter_absence": permissions.may(member, "absence.enter"),
    }
    return render(request, "escalations/list.html", context)


@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an escalation in hand, and go back to the page the button was on."""
    member = member_of(request)
    found = Escalation.objects.visible_to(member).select_related("issue__organization", "issue__agreement")
    escalation = get_object_or_404(found, pk=pk)
    try:
        services.acknowledge(escalation=escalation, actor=member, now=datetime.now(UTC))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have it in hand. The next step waits for a while."))
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if safe else "escalations:list")


@require_http_methods(["GET", "HEAD", "POST"])
def escalate(request: HttpRequest, reference: str) -> HttpResponse:
    """Escalate an issue by hand; what was typed stays if it is refused or the issue changed meanwhile."""
    member = member_of(request)
    visible = Issue.objects.visible_to(member).select_related("organization", "agreement__policy_version")
    issue = visible.filter(reference=normalize_reference(reference)).first()
    if issue is None:
        raise Http404("There is no such issue.")
    acts.allow(issue, member, "escalation.raise")
    form = RaiseForm(request.POST or None, initial={"version": issue.version})
    status = 200
    if request.method == "POST":
        status = _raise(request, issue, form)
        if status == 303:
            messages.success(request, _("Escalated. Senior management is told now."))
            return redirect("issues:detail", issue.reference)
    if status == 409:
        form = RaiseForm({"version": issue.version, "reason": request.POST.get("reason", "")})
    context = {"issue": issue, "form": form, "changed": status == 409}
    return render(request, "escalations/raise.html", context, status=status)


def _raise(request: HttpRequest, issue: Issue, form: RaiseForm) -> int:
    """Return 303 once escalated, 409 if the issue changed meanwhile, 422 if it was refused."""
    if not form.is_valid():
        return 422
    if form.cleaned_data["version"] != issue.version:
        return 409
    try:
        services.escalate(
            issue=issue, reason=form.cleaned_data["reason"], actor=member_of(request), now=datetime.now(UTC)
        )
    except acts.Conflict:
        issue.refresh_from_db()
        return 409
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return 422
    return 303
