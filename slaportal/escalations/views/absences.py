"""Absences and deputies: people of the vendor enter their own, leads anybody's."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from slaportal.accounts import permissions
from slaportal.accounts.http import member_of
from slaportal.escalations import services
from slaportal.escalations.forms import AbsenceForm
from slaportal.escalations.selectors import coming_absences, mail_goes_to
from slaportal.lib.refusal import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    """Show who is or will be away and who stands in, and take in another absence."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "absence.enter")
    form = AbsenceForm(request.POST or None, actor=member)
    if request.method == "POST" and form.is_valid():
        try:
            services.enter_absence(actor=member, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Entered. No escalation goes to a person who is away."))
            return redirect("escalations:absences")
    everybody = permissions.scope(member.role, "absence.enter") == permissions.ALL
    found = list(coming_absences(now=now))
    mail = mail_goes_to(found, now=now)
    lines = [(one, everybody or one.member_id == member.pk, mail.get(one.member.user_id)) for one in found]
    context = {"form": form, "lines": lines, "now": now}
    return render(request, "escalations/absences.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that somebody is back, or does not go after all."""
    member, now = member_of(request), datetime.now(UTC)
    permissions.require(member, "absence.enter")
    absence = get_object_or_404(coming_absences(now=now), pk=pk)
    try:
        services.end_absence(absence=absence, actor=member, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Ended. Escalations go to this person again."))
    return redirect("escalations:absences")
