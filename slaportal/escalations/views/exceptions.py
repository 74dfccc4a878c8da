"""Exceptions: asked for by the vendor, approved by another person of it, answered by the client (spec §5)."""

from datetime import UTC, datetime
from typing import Final

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.accounts.http import member_of
from slaportal.accounts.models import Membership
from slaportal.escalations import services
from slaportal.escalations.forms import AnswerForm, ExceptionForm
from slaportal.escalations.models import SlaException
from slaportal.escalations.selectors import evidence_for, exception_acts, visible_exceptions
from slaportal.escalations.views.answering import Acts, refused_answer
from slaportal.issues.models import Issue
from slaportal.issues.services import acts
from slaportal.issues.views.files import download
from slaportal.lib.references import normalize_reference
from slaportal.lib.refusal import Refused

# act → its service, whether it needs a reason, and what to say after it
ACTS: Final[Acts] = {
    "approve": (services.approve_exception, False, _("Approved. The client answers now.")),
    "reject": (services.reject_exception, True, _("Refused. The requester may ask anew.")),
    "accept": (services.accept_exception, False, _("Accepted. It changes the adjusted figure only.")),
    "contest": (services.contest_exception, True, _("Contested. The strict figure stands alone.")),
}


PLAN_HINT: Final = _(
    "The plan stands as you wrote it. It reads best with one step a line: who – what – until when."
)


@require_http_methods(["GET", "HEAD", "POST"])
def request_exception(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for an exception, with the reason for the delay and the mitigation plan."""
    member, now = member_of(request), datetime.now(UTC)
    visible = Issue.objects.visible_to(member).select_related("organization", "agreement__policy_version")
    issue = visible.filter(reference=normalize_reference(reference)).first()
    if issue is None:
        raise Http404("There is no such issue.")
    acts.allow(issue, member, "exception.request")
    form = ExceptionForm(request.POST or None, request.FILES or None, initial={"metric": "resolution"})
    if request.method == "POST" and form.is_valid():
        try:
            services.request_exception(issue=issue, actor=member, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, str(_("Asked. Another person of the vendor approves it now.")))
            if form.loose_steps:
                messages.warning(request, str(PLAN_HINT))
            return redirect("issues:detail", issue.reference)
    context = {"issue": issue, "form": form}
    return render(request, "escalations/request_exception.html", context, status=422 if form.errors else 200)


@require_safe
def exception(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one exception with what the reader may answer now."""
    member = member_of(request)
    return _page(request, _found(member, pk), AnswerForm(), status=200)


@require_POST
def answer(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Approve, reject, accept or contest; the page again, with what was typed, if it is refused."""
    member = member_of(request)
    found = _found(member, pk)
    refused = refused_answer(
        request,
        act,
        acts=ACTS,
        about={"exception": found},
        page=lambda form: _page(request, _found(member, pk), form, status=422),
    )
    return refused or redirect("issues:detail", found.issue.reference)


@require_safe
def evidence(request: HttpRequest, reference: str) -> FileResponse:
    """Send one file of an exception to whoever may read the exception."""
    kept = evidence_for(member_of(request), reference)
    if kept is None:
        raise Http404("There is no such file.")
    return download(kept.file, name=kept.name)


def _found(member: Membership, pk: int) -> SlaException:
    found = visible_exceptions(member).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such exception.")
    return found


def _page(request: HttpRequest, found: SlaException, form: AnswerForm, *, status: int) -> HttpResponse:
    context = {
        "exception": found,
        "issue": found.issue,
        "form": form,
        "acts": exception_acts(found, member_of(request)),
    }
    return render(request, "escalations/exception.html", context, status=status)
