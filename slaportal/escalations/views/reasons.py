"""Giving the reason for a missed deadline."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from slaportal.accounts.http import member_of
from slaportal.escalations import services
from slaportal.escalations.forms import ReasonForm
from slaportal.escalations.selectors import reasons_of
from slaportal.issues.models import Issue
from slaportal.issues.services import acts
from slaportal.lib.references import normalize_reference
from slaportal.lib.refusal import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def give_reason(request: HttpRequest, reference: str, metric: str) -> HttpResponse:
    """Take in the reason; one that was given before stands in the form and is replaced."""
    member = member_of(request)
    visible = Issue.objects.visible_to(member).select_related("organization", "agreement__policy_version")
    issue = visible.filter(reference=normalize_reference(reference)).first()
    obligation = issue.obligations.filter(metric=metric).first() if issue else None
    if issue is None or obligation is None:
        raise Http404("There is no such clock.")
    acts.allow(issue, member, "escalation.reason")
    obligation.issue = issue
    given = next((one for one in reasons_of(issue) if one.obligation_id == obligation.pk), None)
    initial = {"code": given.code, "sentence": given.sentence} if given else None
    form = ReasonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.give_reason(
                obligation=obligation, actor=member, now=datetime.now(UTC), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The reason is on record."))
            return redirect("issues:detail", issue.reference)
    context = {"issue": issue, "obligation": obligation, "form": form, "given": given}
    return render(request, "escalations/reason.html", context, status=422 if form.errors else 200)
