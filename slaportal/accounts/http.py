"""Requests of people who are signed in and act through a membership."""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from slaportal.accounts import permissions, selectors
from slaportal.accounts.models import Membership, User

# In the session: the organization through whose identity provider it began, and whether that asked for a second factor.
CAME_THROUGH = "came_through"
PROVED_ELSEWHERE = "proved_elsewhere"

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class AuthenticatedRequest(HttpRequest):
    """What MembershipMiddleware makes of a request behind the sign-in."""

    user: User
    membership: Membership
    membership_count: int
    may_see_people: bool
    home: str


def member_of(request: HttpRequest) -> Membership:
    """Return the membership through which this request acts. Raises `PermissionDenied` where there is none."""
    member: Membership | None = getattr(request, "membership", None)
    if member is None:
        raise PermissionDenied("Sign in with an account that belongs to an organization.")
    return member


def home_of(member: Membership | None) -> str:
    """Return where this person starts: the issues, or for an administrator, who sees none, the admin."""
    if member is None or permissions.may(member, "issue.read"):
        return "/"
    return reverse("admin:index") if member.user.is_staff else reverse("accounts:profile")


def next_page(request: HttpRequest, fallback: str = "") -> str:
    """Return where the person wanted to go, if that is a page of this portal."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else fallback or settings.LOGIN_REDIRECT_URL


def first_page(request: HttpRequest, user: User) -> str:
    """Return the page to go to after signing in; people of several organizations choose one first."""
    wanted = next_page(request)
    members = selectors.active_memberships(user)
    if len(members) > 1 and CAME_THROUGH not in request.session:
        request.session["after_switch"] = wanted
        return reverse("accounts:switch")
    return home_of(members[0]) if members and wanted == settings.LOGIN_REDIRECT_URL else wanted


def membership_not_required(view: View) -> View:
    """Let people who belong to no organization use this page, as for signing out."""
    view.membership_required = False  # type: ignore[attr-defined]
    return view
