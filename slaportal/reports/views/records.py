"""One record of an audit: everything that answers its five questions, and the questions."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from slaportal.accounts.http import member_of
from slaportal.lib.refusal import Refused
from slaportal.reports.forms.audits import RecordForm
from slaportal.reports.models import AuditRecord
from slaportal.reports.quarters import name_of
from slaportal.reports.selectors import audits as selectors
from slaportal.reports.selectors.dossiers import dossier
from slaportal.reports.services import audits as services
from slaportal.reports.views.audits import found


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Show a record; its answers lead on to the next one that waits."""
    member, audit = member_of(request), found(request, reference)
    records = audit.records.select_related("issue__agreement__policy_version", "issue__organization")
    one = records.filter(number=number).first()
    if one is None:
        raise Http404("There is no such record.")
    one.audit = audit
    rights = selectors.rights(audit, member)
    form = RecordForm(request.POST or None, answers=list(one.answers.all()))
    status = 200
    if request.method == "POST":
        if form.is_valid() and _answer(request, one, form):
            return _onwards(one)
        status = 422
    context = {
        "audit": audit,
        "quarter": name_of(audit.begins, audit.timezone),
        "record": one,
        "issue": one.issue,
        "reasons": [selectors.REASONS[reason] for reason in one.reasons],
        "dossier": dossier(one),
        "standing": selectors.standing(audit),
        "before": audit.records.filter(number__lt=number).last(),
        "after": audit.records.filter(number__gt=number).first(),
        "form": form,
        "may_answer": rights["review"],
        "member": member,
    }
    return render(request, "audits/record.html", context, status=status)


def _answer(request: HttpRequest, one: AuditRecord, form: RecordForm) -> bool:
    try:
        services.answer_record(
            record=one, answers=form.answers(), actor=member_of(request), now=datetime.now(UTC)
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Record %(number)s is answered.") % {"number": one.number})
    return True


def _onwards(one: AuditRecord) -> HttpResponse:
    following = selectors.next_record(one.audit, after=one.number)
    if following is None:
        return redirect("audits:audit", one.audit.reference)
    return redirect("audits:record", one.audit.reference, following.number)
