"""Audits: the list, the page of one, signing, and the evidence pack."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.issues.views.files import download
from slaportal.lib.refusal import Refused
from slaportal.reports.forms.audits import FindingForm
from slaportal.reports.models import Audit
from slaportal.reports.quarters import name_of
from slaportal.reports.selectors import audits as selectors
from slaportal.reports.selectors.evidence import verifier_hash
from slaportal.reports.services import audits as services
from slaportal.reports.services.audits.packing import ask_for_pack

PER_PAGE = 20
RECORDS = 25


@require_safe
def audits(request: HttpRequest) -> HttpResponse:
    """List the audits that the reader may see, newest first."""
    member = member_of(request)
    permissions.require(member, "audit.read")
    page = Paginator(selectors.audit_list(member), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(one, name_of(one.begins, one.timezone)) for one in page.object_list]
    context = {"page": page, "rows": rows, "member": member}
    return render(request, "audits/list.html", context)


@require_safe
def audit(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one audit: how far it is, its figures, its records and findings."""
    return page(request, found(request, reference))


@require_POST
def sign(request: HttpRequest, reference: str) -> HttpResponse:
    """Sign for one's own party."""
    one = found(request, reference)
    try:
        services.sign(audit=one, actor=member_of(request), now=datetime.now(UTC))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Signed for your party."))
    return redirect("audits:audit", one.reference)


@require_POST
def make_pack(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the evidence pack; a worker makes it."""
    one, member = found(request, reference), member_of(request)
    job = ask_for_pack(audit=one, actor=member, now=datetime.now(UTC))
    return redirect("jobs:detail", job.reference)


@require_safe
def pack(request: HttpRequest, reference: str, sha256: str) -> FileResponse:
    """Send an evidence pack that was made."""
    one, member = found(request, reference), member_of(request)
    permissions.require(member, "audit.pack", organization_id=one.agreement.organization_id)
    kept = one.packs.filter(sha256=sha256).first()
    if kept is None:
        raise Http404("There is no such pack.")
    quarter = name_of(one.begins, one.timezone).replace(" ", "-")
    return download(kept.file, name=f"audit-{quarter}-{one.reference}.zip")


def found(request: HttpRequest, reference: str) -> Audit:
    """Return the audit with this reference if the reader may see it; else it does not exist."""
    one = selectors.audit_for(member_of(request), reference.upper())
    if one is None:
        raise Http404("There is no such audit.")
    return one


def page(
    request: HttpRequest, one: Audit, *, form: FindingForm | None = None, status: int = 200
) -> HttpResponse:
    """Return the page of an audit, with a form that came back."""
    member, today = member_of(request), datetime.now(UTC).date()
    records = Paginator(one.records.all(), RECORDS).get_page(request.GET.get("page"))
    findings = list(selectors.findings_of(one))
    rights = selectors.rights(one, member)
    context = {
        "audit": one,
        "quarter": name_of(one.begins, one.timezone),
        "standing": selectors.standing(one),
        "figures": selectors.figures(one),
        "strata": selectors.strata(one),
        "page": records,
        "lines": selectors.record_lines(list(records.object_list)),
        "next": selectors.next_record(one),
        "findings": findings,
        "overdue": {row.pk for row in findings if selectors.is_overdue(row, today=today)},
        "differences": one.obligations.exclude(differences=[]).select_related("issue"),
        "earlier": selectors.followed(one),
        "signatures": one.signatures.select_related("member__user", "member__organization"),
        "missing": services.missing_before_signing(one),
        "packs": one.packs.select_related("made_by__user")[:5] if rights["pack"] else [],
        "verifier": verifier_hash(),
        "rights": rights,
        "form": form or FindingForm(),
        "member": member,
    }
    return render(request, "audits/audit.html", context, status=status)
