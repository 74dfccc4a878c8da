"""How one wants to be told."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from slaportal.notifications import kinds, selectors, services
from slaportal.notifications.forms import AllPreferences, PreferencesForm


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and set, kind by kind or for all at once, how one is told."""
    now = datetime.now(UTC)
    every = "apply" in request.POST
    wishes = selectors.preferences_of(request.user)
    form = PreferencesForm(request.POST if request.method == "POST" and not every else None, wishes=wishes)
    all_form = AllPreferences(request.POST if every else None)
    chosen = all_form if every else form
    if request.method == "POST" and chosen.is_valid():
        services.save_preferences(person=request.user, wishes=chosen.wishes(), now=now)
        messages.success(request, gettext("Saved. What was waiting for a digest is sent now."))
        return redirect("notifications:preferences")
    context = {
        "form": form,
        "all_form": all_form,
        "groups": form.groups(),
        "always": [gettext(kind.label) for kind in kinds.KINDS.values() if kind.always],
        "redirect": selectors.redirect_of(request.user, now=now),
    }
    return render(request, "notifications/preferences.html", context)
