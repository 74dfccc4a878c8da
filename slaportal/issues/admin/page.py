"""The staff's page of one issue: facts to read, and one small form for each act that is possible now."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.issues.admin import staff_acts
from slaportal.issues.admin.staff_acts import StaffAct
from slaportal.issues.forms.acts import ActForm
from slaportal.issues.models import Issue
from slaportal.issues.selectors import page as pages
from slaportal.issues.selectors.timeline import timeline
from slaportal.lib.refusal import Refused


@dataclass(frozen=True, slots=True)
class Offer:
    """One act as shown on the page; `open` when its form comes back with what was typed."""

    act: StaffAct
    form: ActForm
    open: bool = False


def show(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show one issue."""
    member = member_of(request)
    return _page(model_admin, request, _find(member, object_id), member)


def act(model_admin: Any, request: HttpRequest, object_id: str, key: str) -> HttpResponse:
    """Do the act `key`; where it is refused, show the page again with the sentence and everything that was typed."""
    member = member_of(request)
    issue = _find(member, object_id)
    wanted = staff_acts.find(key)
    if wanted is None:
        raise Http404
    if request.method != "POST":
        return redirect("admin:issues_issue_change", issue.pk)
    form = wanted.act.form(request.POST, request.FILES, issue=issue, member=member, prefix=wanted.key)
    if not form.is_valid():
        messages.error(request, _("Nothing was done yet: see what is missing."))
        return _page(model_admin, request, issue, member, tried=Offer(wanted, form, open=True), status=422)
    if wanted.act.versioned and form.version_seen is not None:
        issue.version = form.version_seen
    try:
        wanted.act.run(issue, member, form.cleaned_data, datetime.now(UTC))
    except NotAllowed as error:
        return _refused(model_admin, request, wanted, member, object_id, str(error), status=403)
    except Refused as error:
        return _refused(model_admin, request, wanted, member, object_id, str(error), status=409)
    messages.success(request, str(wanted.act.done))
    return redirect("admin:issues_issue_change", issue.pk)


def _refused(
    model_admin: Any,
    request: HttpRequest,
    wanted: StaffAct,
    member: Membership,
    object_id: str,
    sentence: str,
    *,
    status: int,
) -> HttpResponse:
    """Show the issue as it is now, with what was typed: the form carries the new version, so trying again is possible."""
    issue = _find(member, object_id)
    typed = request.POST.copy()
    typed[f"{wanted.key}-version"] = str(issue.version)
    form = wanted.act.form(typed, request.FILES, issue=issue, member=member, prefix=wanted.key)
    form.add_error(None, sentence)
    messages.error(request, sentence)
    return _page(model_admin, request, issue, member, tried=Offer(wanted, form, open=True), status=status)


def _find(member: Membership, object_id: str | int) -> Issue:
    """Return the issue with all that its page needs, if `member` may read it. Raises `Http404`."""
    reference = (
        Issue.objects.visible_to(member).filter(pk=object_id).values_list("reference", flat=True).first()
    )
    found = pages.find(member, reference) if reference else None
    if found is None:
        raise Http404(_("There is no such issue."))
    return found


def _offers(issue: Issue, member: Membership, tried: Offer | None) -> list[Offer]:
    """Return the acts of the page; the one that was just tried keeps its form even if it is possible no more."""
    found = [
        tried
        if tried and tried.act.key == one.key
        else Offer(one, one.act.form(issue=issue, member=member, prefix=one.key))
        for one in staff_acts.available(issue, member)
    ]
    if tried and tried not in found:
        found.insert(0, tried)
    return found


def _page(
    model_admin: Any,
    request: HttpRequest,
    issue: Issue,
    member: Membership,
    *,
    tried: Offer | None = None,
    status: int = 200,
) -> HttpResponse:
    now = datetime.now(UTC)
    offers = _offers(issue, member, tried)
    areas: dict[str, list[Offer]] = {area: [] for area in staff_acts.AREAS}
    for offer in offers:
        areas[offer.act.area].append(offer)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": issue.title,
        "subtitle": issue.reference,
        "original": issue,
        "opts": model_admin.model._meta,
        "page": pages.page_of(issue, reader=member, now=now),
        "issue": issue,
        "areas": areas,
        "history": timeline(issue, reader=member),
        "now": now,
    }
    return TemplateResponse(request, "admin/issues/issue/page.html", context, status=status)
