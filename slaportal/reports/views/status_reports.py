"""The pages of status reports: the list, one report, its files, drafts, and who gets them."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.jobs import services as jobs
from slaportal.lib.refusal import Refused
from slaportal.policies.models import Agreement
from slaportal.reports import definitions
from slaportal.reports.documents import TYPES, draft_pdf
from slaportal.reports.forms.status_reports import RecipientsForm, VerdictForm
from slaportal.reports.models import Cadence, ReportFile, StatusReport
from slaportal.reports.periods import Period, holding, holding_day
from slaportal.reports.presentation import present
from slaportal.reports.selectors import status_reports as selectors
from slaportal.reports.services import status_reports as services

PER_PAGE = 25


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """List the reports that the reader may see, and the drafts of the periods that run."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "report.read")
    page = Paginator(selectors.visible_reports(member), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "member": member,
        "page": page,
        "reports": page.object_list,
        "agreements": list(selectors.reportable_agreements(member, now=now).in_force(now)),
        "may_choose": permissions.may(member, "report.recipients"),
    }
    return render(request, "reports/list.html", context)


@require_safe
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a report: as it was frozen, or in review as it would be issued now, with the form of its first sentence."""
    member, now = member_of(request), datetime.now(UTC)
    found = _report(member, reference)
    data = selectors.values_of(found, now=now)
    may_review = permissions.may(member, "report.review")
    form = VerdictForm(initial={"verdict": found.verdict}) if not found.data and may_review else None
    context = {
        **_article(data, numbers=selectors.numbers_url(report=found.reference), checksum=found.checksum),
        "report": found,
        "files": ReportFile.objects.filter(report=found).defer("content"),
        "form": form,
        "draft_query": _query(found.agreement_id, selectors.period_of(found)),
    }
    return render(request, "reports/report.html", context)


@require_POST
def write_verdict(request: HttpRequest, reference: str) -> HttpResponse:
    """Put other words into the first place of a report in review."""
    member = member_of(request)
    found = _report(member, reference)
    form = VerdictForm(request.POST)
    if form.is_valid():
        try:
            services.write_verdict(
                report=found, verdict=form.cleaned_data["verdict"], actor=member, now=datetime.now(UTC)
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The first sentence is as you wrote it."))
    else:
        messages.error(request, " ".join(str(error) for error in form.errors["verdict"]))
    return redirect("reports:report", found.reference)


@require_POST
def issue(request: HttpRequest, reference: str) -> HttpResponse:
    """Issue a report before its time for review is over: long work, with a page that shows how far it is."""
    member = member_of(request)
    found = _report(member, reference)
    permissions.require(member, "report.review", organization_id=found.organization_id)
    if found.data:
        messages.error(request, _("This report has been issued: it never changes."))
        return redirect("reports:report", found.reference)
    job = jobs.ask(
        "reports.issue",
        title=_("Issue %(report)s") % {"report": found},
        arguments={"report": found.pk, "member": member.pk},
        key=f"report:{found.reference}",
        actor=member,
        now=datetime.now(UTC),
    )
    return redirect("jobs:detail", job.reference)


@require_safe
def file(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """Hand out one form of an issued report, byte for byte as it was made."""
    found = _report(member_of(request), reference)
    kept = get_object_or_404(ReportFile, report=found, kind=kind)
    response = HttpResponse(bytes(kept.content), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{found.reference}.{kind}"'
    response["ETag"] = f'"{kept.sha256}"'
    return response


@require_safe
def draft(request: HttpRequest, agreement: int, cadence: str) -> HttpResponse:
    """Show what the report of a period would say now; `?day=` names one of its days, today without it."""
    now = datetime.now(UTC)
    terms, period = _terms_and_period(request, agreement, cadence, now=now)
    data = selectors.draft_of(terms, period, now=now)
    query = _query(terms.pk, period)
    context = {
        **_article(data, numbers=selectors.numbers_url(**query)),
        "agreement": terms,
        "period": period,
        "draft_query": query,
        "previous": period.previous.first if period.begins > terms.effective_from else None,
        "next": period.next.first if period.ends <= now else None,
    }
    return render(request, "reports/draft.html", context)


@require_safe
def draft_paper(request: HttpRequest, agreement: int, cadence: str) -> HttpResponse:
    """Hand out the draft as a PDF that says that it is one."""
    now = datetime.now(UTC)
    terms, period = _terms_and_period(request, agreement, cadence, now=now)
    content = draft_pdf(selectors.draft_of(terms, period, now=now))
    response = HttpResponse(content, content_type=TYPES["pdf"])
    response["Content-Disposition"] = f'inline; filename="draft-{period.first}.pdf"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def recipients(request: HttpRequest, agreement: int) -> HttpResponse:
    """Show who gets the reports of an agreement, and let a party choose its own people."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "report.recipients")
    terms = get_object_or_404(selectors.reportable_agreements(member, now=now), pk=agreement)
    people = Membership.objects.filter(
        organization=member.organization_id,
        active=True,
        user__is_active=True,
        role__in=permissions.roles_with("report.read"),
    ).select_related("user")
    current = selectors.recipients_of(terms)
    form = RecipientsForm(
        request.POST or None,
        people=people.order_by("user__name"),
        initial={"members": [one.pk for one in current]},
    )
    status = 200
    if request.method == "POST":
        try:
            if form.is_valid():
                chosen = form.cleaned_data["members"]
                services.choose_recipients(agreement=terms, members=chosen, actor=member, now=now)
                messages.success(request, _("Saved. The next report goes to these people."))
                return redirect("reports:recipients", terms.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        status = 422
    context = {"agreement": terms, "form": form, "current": current, "member": member}
    return render(request, "reports/recipients.html", context, status=status)


def _report(member: Membership, reference: str) -> StatusReport:
    permissions.require(member, "report.read")
    found = StatusReport.objects.visible_to(member).select_related(
        "organization", "agreement", "issued_by__user"
    )
    return get_object_or_404(found, reference=reference.upper())


def _terms_and_period(
    request: HttpRequest, agreement: int, cadence: str, *, now: datetime
) -> tuple[Agreement, Period]:
    member = member_of(request)
    permissions.require(member, "report.read")
    terms = get_object_or_404(selectors.reportable_agreements(member, now=now), pk=agreement)
    if cadence not in Cadence.values:
        raise Http404("Reports are weekly or monthly.")
    return terms, asked_period(request, terms, Cadence(cadence), now=now)


def asked_period(request: HttpRequest, terms: Agreement, cadence: Cadence, *, now: datetime) -> Period:
    """Return the period that holds `?day=` in the agreement's zone, without it the one that runs."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
        period = holding_day(cadence, day, terms.timezone)
        known = period.ends > terms.effective_from and period.begins <= now
    except (ValueError, OverflowError):
        return holding(cadence, now, terms.timezone)
    if not known:
        raise Http404("There is nothing to report of that day.")
    return period


def _query(agreement: int, period: Period) -> dict[str, str]:
    return {"agreement": str(agreement), "cadence": str(period.cadence), "day": period.first.isoformat()}


def _article(data: dict[str, Any], *, numbers: str, checksum: str = "") -> dict[str, Any]:
    edition = data.get("definitions", definitions.CURRENT)
    return {
        "shown": present(data, checksum=checksum),
        "numbers": numbers,
        "definitions": reverse("reports:definitions-edition", args=[edition]),
    }
