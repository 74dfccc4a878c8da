"""What each person sets for themselves: profile, password, organization of this session, colors."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from slaportal.accounts import selectors, services
from slaportal.accounts.forms import ChangePasswordForm, ProfileForm
from slaportal.accounts.http import CAME_THROUGH, home_of, member_of, membership_not_required, next_page
from slaportal.accounts.middleware import SESSION_KEY
from slaportal.accounts.models import Membership

THEME_COOKIE_AGE = 400 * 24 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change name, language and zone."""
    user = member_of(request).user
    first = {"name": user.name, "language": user.language, "timezone": user.timezone}
    form = ProfileForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        services.update_profile(user=user, **form.cleaned_data)
        with translation.override(user.language):
            messages.success(request, gettext("Your profile is saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form, "zones": selectors.places()})


@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password; every other session of this person ends."""
    user = member_of(request).user
    form = ChangePasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        services.change_password(user=user, password=form.cleaned_data["password"])
        update_session_auth_hash(request, user)
        messages.success(request, gettext("Your password is changed. Other devices are signed out."))
        return redirect("accounts:profile")
    return render(request, "accounts/password.html", {"form": form})


@membership_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Choose for which organization this session acts."""
    assert request.user.is_authenticated
    members = services.memberships_through(
        selectors.active_memberships(request.user), request.session.get(CAME_THROUGH)
    )
    if request.method == "POST":
        chosen = request.POST.get("membership", "")
        member = get_object_or_404(
            Membership,
            pk=int(chosen) if chosen.isdecimal() else 0,
            pk__in=[one.pk for one in members],
        )
        request.session[SESSION_KEY] = member.pk
        wanted = request.session.pop("after_switch", None) or next_page(request)
        return redirect(home_of(member) if wanted == settings.LOGIN_REDIRECT_URL else wanted)
    return render(request, "accounts/switch.html", {"members": members})


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the colors in a cookie, so that the server renders the first paint in them."""
    wanted = request.POST.get("theme", "")
    response = redirect(next_page(request))
    if wanted in ("light", "dark"):
        response.set_cookie(
            "theme", wanted, max_age=THEME_COOKIE_AGE, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
