"""Who gets one's urgent mail for a while."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from slaportal.accounts import services
from slaportal.accounts.forms import StandInForm
from slaportal.accounts.http import member_of
from slaportal.lib.refusal import Refused
from slaportal.notifications import selectors as letterbox
from slaportal.notifications import services as notifications


@require_http_methods(["GET", "HEAD", "POST"])
def stand_in(request: HttpRequest) -> HttpResponse:
    """Choose a colleague and a last day, or take the mail back."""
    now, person = datetime.now(UTC), member_of(request).user
    if request.method == "POST" and "stop" in request.POST:
        notifications.stop_redirect(person=person)
        messages.success(request, gettext("Urgent messages come to you again."))
        return redirect("notifications:preferences")
    colleagues = services.colleagues(person)
    form = StandInForm(request.POST or None, colleagues=colleagues)
    if request.method == "POST" and form.is_valid():
        try:
            services.stand_in(person=person, to=form.chosen(), until=form.cleaned_data["until"], now=now)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("Redirected, and your colleague is told."))
            return redirect("notifications:preferences")
    standing = letterbox.redirect_of(person, now=now)
    context = {"form": form, "colleagues": colleagues, "redirect": standing, "now": now}
    return render(request, "accounts/stand_in.html", context)
