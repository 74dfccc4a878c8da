"""Lists: post-mortems and what they found, committed actions, factors over time."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.feedback.forms.postmortems import EndForm, PostponeForm
from slaportal.feedback.models import ActionItem, PostMortem
from slaportal.feedback.selectors import finding
from slaportal.feedback.selectors.factors import factors_over_time
from slaportal.feedback.services import postmortems as services
from slaportal.lib.refusal import Refused

PER_PAGE = 25
ACTION_TABS = ("open", "overdue", "mine", "ended")


@require_safe
def postmortems(request: HttpRequest) -> HttpResponse:
    """List post-mortems by tab and words; a factor narrows it to where it contributed."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "postmortem.read")
    visible = PostMortem.objects.visible_to(member)
    words, tab = request.GET.get("q", "").strip(), request.GET.get("tab", "")
    kind, _colon, factor = request.GET.get("factor", "").partition(":")
    tab = tab if tab in finding.TABS else ("all" if words or factor else "open")
    analyzes = permissions.may(member, "postmortem.analyze")
    found = finding.search(visible, words, member=member)
    if factor and analyzes:
        found = finding.with_factor(found, kind, factor)
    chosen = finding.of_tab(found, tab, now=now).select_related("issue__organization", "owner__user")
    context = {
        "member": member,
        "now": now,
        "tab": tab,
        "q": words,
        "factor": factor if analyzes else "",
        "factor_key": request.GET.get("factor", ""),
        "counts": finding.counts(found, now=now),
        "page": Paginator(chosen, PER_PAGE).get_page(request.GET.get("page")),
        "analyzes": analyzes,
    }
    return render(request, "feedback/postmortems.html", context)


@require_safe
def actions(request: HttpRequest) -> HttpResponse:
    """List committed actions by tab, those whose day comes first on top."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "postmortem.read")
    tab = request.GET.get("tab", "")
    tab = tab if tab in ACTION_TABS else "open"
    found = finding.actions_of(member, tab, now=now)
    context = {
        "member": member,
        "now": now,
        "tab": tab,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "may_update": permissions.may(member, "action.update"),
    }
    return render(request, "feedback/actions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one committed action; its owner or a lead says how it ended, or gives it another day."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "postmortem.read")
    found = finding.action_for(member, pk)
    if found is None:
        raise Http404("There is no such action.")
    may = found.state == "open" and permissions.may(
        member,
        "action.update",
        organization_id=member.organization_id,
        own=found.owner_id == member.pk,
    )
    act = request.POST.get("act", "")
    ending = EndForm(request.POST if act in ("done", "dropped") else None, auto_id="end_%s")
    later = PostponeForm(request.POST if act == "postpone" else None, auto_id="later_%s")
    if request.method == "POST":
        if _update(request, found, act, later if act == "postpone" else ending, now=now):
            return redirect("feedback:action", pk)
        found = finding.action_for(member, pk) or found
    context = {"action": found, "issue": found.postmortem.issue, "ending": ending, "later": later}
    context |= {"may": may, "now": now, "member": member}
    wrong = ending.errors or later.errors
    return render(request, "feedback/action.html", context, status=422 if wrong else 200)


@require_safe
def factors(request: HttpRequest) -> HttpResponse:
    """Show which contributing factors come again, per quarter, as charts and as a table."""
    member = member_of(request)
    permissions.require(member, "postmortem.analyze")
    over_time = factors_over_time(member, now=datetime.now(UTC), zone=timezone.get_current_timezone())
    return render(request, "feedback/factors.html", {"over_time": over_time, "member": member})


def _update(
    request: HttpRequest, found: ActionItem, act: str, form: EndForm | PostponeForm, *, now: datetime
) -> bool:
    """Do what was asked; False with the sentence in the form where that is refused."""
    member = member_of(request)
    if not form.is_valid():
        return False
    try:
        if act == "postpone":
            services.postpone(action=found, actor=member, now=now, **form.cleaned_data)
        else:
            services.end_action(action=found, done=act == "done", actor=member, now=now, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("On record."))
    return True
