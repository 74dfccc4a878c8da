"""Requests of people who are signed in and act through a membership."""

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, User

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


def membership_not_required(view: View) -> View:
    """Let people who belong to no organization use this page, as for signing out."""
    view.membership_required = False  # type: ignore[attr-defined]
    return view
