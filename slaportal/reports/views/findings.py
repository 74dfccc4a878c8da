"""Findings: what is open across audits, and every act on one."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.lib.refusal import Refused
from slaportal.reports.forms.audits import AssignForm, FindingForm, FollowUpForm, OutcomeForm
from slaportal.reports.models import Audit, Finding
from slaportal.reports.quarters import name_of
from slaportal.reports.selectors import audits as selectors
from slaportal.reports.services import audits as services
from slaportal.reports.views.audits import found, page

PER_PAGE = 25


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """List the open findings of all audits that the reader may see, the nearest date first."""
    member, today = member_of(request), datetime.now(UTC).date()
    permissions.require(member, "audit.read")
    shown = Paginator(selectors.open_findings(member), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        (one, name_of(one.audit.begins, one.audit.timezone), selectors.is_overdue(one, today=today))
        for one in shown.object_list
    ]
    return render(request, "audits/findings.html", {"page": shown, "rows": rows, "member": member})


@require_POST
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """Write a finding that rests on no single record."""
    audit = found(request, reference)
    form = FindingForm(request.POST)
    if not form.is_valid():
        return page(request, audit, form=form, status=422)
    try:
        services.raise_finding(
            audit=audit, text=form.cleaned_data["text"], actor=member_of(request), now=datetime.now(UTC)
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return page(request, audit, form=form, status=422)
    return redirect(reverse("audits:audit", args=[audit.reference]) + "#findings")


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Name who puts a finding right and by when."""
    finding = _visible(request, pk)
    people = list(selectors.owners_for(finding.audit))
    form = AssignForm(
        request.POST or None,
        people=people,
        initial={"owner": finding.owner_id, "due_on": finding.due_on},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.assign_finding(
                finding=finding,
                owner=form.chosen(),
                due_on=form.cleaned_data["due_on"],
                actor=member_of(request),
                now=datetime.now(UTC),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Finding %(number)s has an owner.") % {"number": finding.number})
            return _back(finding.audit)
    return _form(request, finding, form, title=_("Who puts this right, and by when?"), button=_("Assign"))


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a finding with what was done about it."""
    finding = _visible(request, pk)
    form = OutcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.close_finding(
                finding=finding,
                outcome=form.cleaned_data["outcome"],
                actor=member_of(request),
                now=datetime.now(UTC),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Finding %(number)s is closed.") % {"number": finding.number})
            return _back(finding.audit)
    return _form(request, finding, form, title=_("What was done about it?"), button=_("Close the finding"))


@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Write in this audit what became of an earlier one's finding."""
    audit = found(request, reference)
    finding = selectors.earlier_findings(audit).filter(pk=pk).first()
    if finding is None:
        raise Http404("There is no such finding.")
    form = FollowUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.follow_up(
                audit=audit,
                finding=finding,
                actor=member_of(request),
                now=datetime.now(UTC),
                done=form.cleaned_data["done"] == "yes",
                note=form.cleaned_data["note"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _back(audit)
    title, button = _("What became of this finding?"), _("Write it down")
    return _form(request, finding, form, title=title, button=button, audit=audit)


def _visible(request: HttpRequest, pk: int) -> Finding:
    finding = selectors.finding_for(member_of(request), pk)
    if finding is None:
        raise Http404("There is no such finding.")
    return finding


def _form(
    request: HttpRequest,
    finding: Finding,
    form: AssignForm | OutcomeForm | FollowUpForm,
    *,
    title: str,
    button: str,
    audit: Audit | None = None,
) -> HttpResponse:
    where = audit or finding.audit
    context = {
        "finding": finding,
        "audit": where,
        "quarter": name_of(where.begins, where.timezone),
        "form": form,
        "title": title,
        "button": button,
    }
    return render(request, "audits/finding_form.html", context, status=422 if form.errors else 200)


def _back(audit: Audit) -> HttpResponse:
    return redirect(reverse("audits:audit", args=[audit.reference]) + "#findings")
