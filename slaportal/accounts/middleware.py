"""Every request of a person acts through one membership, in their language and zone."""

import zoneinfo
from collections.abc import Callable
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation

from slaportal.accounts import permissions, selectors
from slaportal.accounts.http import AuthenticatedRequest, home_of
from slaportal.accounts.models import User

SESSION_KEY = "membership"


class MembershipMiddleware:
    """Sets `request.membership`: the one chosen for this session, else the first; None for strangers.

    Also `membership_count`, `may_see_people` and `home` for the frame of the page. A membership that was ended is gone with
    the next request. `NotAllowed` becomes a page that says who may not do what.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        seen = cast("AuthenticatedRequest", request)
        seen.membership, seen.membership_count, seen.may_see_people, seen.home = None, 0, False, "/"  # type: ignore[assignment]
        if request.user.is_authenticated:
            self._enter(seen, request.user)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def _enter(self, request: AuthenticatedRequest, user: User) -> None:
        members = selectors.active_memberships(user)
        chosen = request.session.get(SESSION_KEY)
        for member in members:
            if member.pk == chosen or member is members[0]:
                member.user = user
                request.membership = member
        request.membership_count = len(members)
        if members:
            request.may_see_people = permissions.may(request.membership, "people.read")
            request.home = home_of(request.membership)
        translation.activate(user.language)
        try:
            timezone.activate(zoneinfo.ZoneInfo(user.timezone))
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            timezone.activate(zoneinfo.ZoneInfo("UTC"))  # a zone that a newer database no longer names

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Tell people who belong to no organization so, except on pages that need none."""
        if not request.user.is_authenticated or getattr(request, "membership", None) is not None:
            return None
        public = not getattr(view, "login_required", True)
        if public or not getattr(view, "membership_required", True) or request.user.is_superuser:
            return None
        return render(request, "accounts/no_membership.html", status=403)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Show `NotAllowed` as a page with its sentence."""
        if not isinstance(exception, permissions.NotAllowed):
            return None
        return render(request, "403.html", {"sentence": str(exception)}, status=403)
