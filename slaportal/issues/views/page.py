"""The page of one issue, and how its deadlines came about."""

from datetime import UTC, datetime
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.issues.forms.acts import ActForm
from slaportal.issues.models import Issue
from slaportal.issues.selectors import timeline
from slaportal.issues.selectors.explaining import explain as explained
from slaportal.issues.selectors.page import find, page_of
from slaportal.issues.selectors.related import may_be_followed_up
from slaportal.issues.views.offers import Act, offered
from slaportal.lib.references import normalize_reference
from slaportal.policies.presentation import strip_of


def issue_or_404(member: Membership, reference: str) -> Issue:
    """Return the issue of `reference` as `member` may read it; whatever is not visible does not exist."""
    issue = find(member, normalize_reference(reference))
    if issue is None:
        raise Http404("There is no such issue.")
    return issue


def form_of(name: str, act: Act, *, issue: Issue, member: Membership, seen: int) -> ActForm:
    """Return the empty form of one act; ids carry its name, since many forms share the page."""
    return act.form(issue=issue, member=member, initial={"seen": seen}, auto_id=f"{name}_%s")


def show(
    request: HttpRequest, issue: Issue, *, bound: tuple[str, ActForm] | None = None, status: int = 200
) -> HttpResponse:
    """Render the page of `issue`; `bound` is a form that came back with what was wrong and what was typed."""
    member, now = member_of(request), datetime.now(UTC)
    seen = timeline.last_event(issue, reader=member)
    forms = {
        name: form_of(name, act, issue=issue, member=member, seen=seen)
        for name, act in offered(issue, member).items()
    }
    if bound is not None:
        forms[bound[0]] = bound[1]
    group = request.GET.get("show", "")
    group = group if group in timeline.GROUPS else ""
    return render(
        request,
        "issues/detail.html",
        {
            "page": page_of(issue, reader=member, now=now),
            "issue": issue,
            "member": member,
            "now": now,
            "forms": forms,
            "failed": bound[1] if bound else None,
            "failed_name": bound[0] if bound else "",
            "history": timeline.timeline(issue, reader=member, group=group),
            "group": group,
            "groups": timeline.GROUP_NAMES,
            "may_follow_up": not member.is_vendor
            and may_be_followed_up(issue)
            and permissions.may(member, "issue.submit"),
        },
        status=status,
    )


@require_safe
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one issue; a reference in another spelling leads to the right one."""
    member = member_of(request)
    if reference != normalize_reference(reference):
        return redirect("issues:detail", normalize_reference(reference))
    return show(request, issue_or_404(member, reference))


@require_safe
def explain(request: HttpRequest, reference: str) -> HttpResponse:
    """Show how both due instants came about: terms, spans and running totals, the same for both parties."""
    issue = issue_or_404(member_of(request), reference)
    now = datetime.now(UTC)
    explanations = [
        {"derivation": one, "strip": strip_of(one.spans, one.unit)} for one in explained(issue, now=now)
    ]
    context = {"issue": issue, "explanations": explanations, "now": now}
    return render(request, "issues/explain.html", context)


def reread(issue: Issue, member: Membership) -> Issue:
    """Return `issue` as it is stored: a refused act may have left traces in the one at hand."""
    return cast("Issue", find(member, issue.reference))
