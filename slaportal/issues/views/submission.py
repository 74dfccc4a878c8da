"""Reporting an issue."""

from datetime import UTC, datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership, Organization, Party
from slaportal.accounts.selectors import visible_organizations
from slaportal.issues.forms.submission import SubmitForm, prefilled
from slaportal.issues.models import Issue
from slaportal.issues.selectors import related
from slaportal.issues.selectors.effects import opens_at, promises
from slaportal.issues.selectors.page import find, last_report_of
from slaportal.issues.selectors.related import may_be_followed_up
from slaportal.issues.services.submission import submit_issue
from slaportal.lib.references import normalize_reference
from slaportal.lib.refusal import Refused
from slaportal.policies.models import Agreement
from slaportal.policies.selectors import NoAgreement, agreement_for


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    """Show and take a report. People of the vendor choose the client first."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "issue.submit")
    organization = _organization(request, member)
    if organization is None:
        return render(request, "issues/choose_organization.html", {"organizations": _clients(member)})
    try:
        agreement = agreement_for(organization=organization, at=now)
    except NoAgreement:
        return render(request, "issues/no_agreement.html", {"organization": organization, "member": member})
    follows = _followed(request, member)
    if follows is not None and not may_be_followed_up(follows):
        return redirect("issues:detail", follows.reference)
    if request.method != "POST":
        last = follows or last_report_of(member, organization)
        return _form_page(
            request,
            agreement,
            SubmitForm(agreement=agreement, member=member, initial=prefilled(last)),
            follows=follows,
            now=now,
        )
    return _take(request, member, agreement, follows=follows, now=now)


@require_safe
def similar(request: HttpRequest) -> HttpResponse:
    """Show open issues that sound like ?title=…, as a piece of the form; offered, never in the way."""
    member = member_of(request)
    permissions.require(member, "issue.submit")
    organization = _organization(request, member)
    title = request.GET.get("title", "")
    found = related.similar(title, organization=organization, member=member) if organization else []
    context = {"found": found, "member": member}
    return render(request, "issues/parts/similar.html", context) if found else HttpResponse(status=204)


def _followed(request: HttpRequest, member: Membership) -> Issue | None:
    """Return the earlier issue that this report follows; None without one. 404 if the person may not read it."""
    reference = request.GET.get("follows", "")
    found = find(member, normalize_reference(reference)) if reference else None
    if reference and found is None:
        raise Http404("There is no such issue.")
    return found


def _take(
    request: HttpRequest, member: Membership, agreement: Agreement, *, follows: Issue | None, now: datetime
) -> HttpResponse:
    form = SubmitForm(request.POST, request.FILES, agreement=agreement, member=member)
    if not form.is_valid():
        return _form_page(request, agreement, form, follows=follows, now=now, status=422)
    try:
        issue = submit_issue(
            organization=agreement.organization,
            actor=member,
            report=form.report(),
            now=now,
            on_behalf_of=form.cleaned_data["on_behalf_of"],
            watchers=form.cleaned_data["watchers"],
            files=form.cleaned_data["attachments"],
            follows=follows,
            submission_key=str(form.cleaned_data["submission_key"]),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _form_page(request, agreement, form, follows=follows, now=now, status=422)
    text = _(
        "We have your issue. Its reference is %(reference)s; the other party confirms or proposes another level."
    )
    messages.success(request, text % {"reference": issue.reference}, extra_tags="draft-done")
    return redirect("issues:detail", issue.reference)


def _form_page(
    request: HttpRequest,
    agreement: Agreement,
    form: SubmitForm,
    *,
    follows: Issue | None,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    levels = promises(agreement, now=now)
    context = {
        "form": form,
        "agreement": agreement,
        "organization": agreement.organization,
        "follows": follows,
        "levels": {one.level: one for one in levels},
        "opens_at": opens_at(agreement, now=now),
        "now": now,
        "table": agreement.policy_version.impact_table,
        "names": {one.level: one.label for one in levels},
    }
    return render(request, "issues/submit.html", context, status=status)


def _clients(member: Membership) -> QuerySet[Organization]:
    return visible_organizations(member, act="issue.submit").filter(party=Party.CLIENT)


def _organization(request: HttpRequest, member: Membership) -> Organization | None:
    """Return the client for whom this is reported; None while a person of the vendor has not chosen. 404 if foreign."""
    if not member.is_vendor:
        return member.organization
    chosen = request.GET.get("organization", "")
    if not chosen:
        return None
    found = _clients(member).filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    if found is None:
        raise Http404("There is no such organization.")
    return found
