"""Where a person is signed in, and ending that."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from slaportal.accounts.http import member_of


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Show every browser in which this person is signed in."""
    user = member_of(request).user
    found = sorted(
        UserSession.objects.purge_and_list(user),
        key=lambda one: (one.session_key != request.session.session_key, -one.created_at.timestamp()),
    )
    here = request.session.session_key
    return render(request, "accounts/sessions.html", {"sessions": found, "here": here})


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out there; its pages and its open streams end."""
    session = get_object_or_404(UserSession, pk=pk, user=member_of(request).user)
    here = session.session_key == request.session.session_key
    session.end()
    if here:
        return redirect("accounts:sign-in")
    messages.success(request, gettext("Signed out there."))
    return redirect("accounts:sessions")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    others = UserSession.objects.filter(user=member_of(request).user).exclude(
        session_key=request.session.session_key
    )
    ended = 0
    for session in others:
        session.end()
        ended += 1
    words = ngettext("Signed out in %(number)s other place.", "Signed out in %(number)s other places.", ended)
    messages.success(request, words % {"number": ended})
    return redirect("accounts:sessions")
