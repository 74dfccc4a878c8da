"""Every request of a person acts through one membership, in their language and zone."""

import zoneinfo
from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from slaportal.accounts import permissions, selectors
from slaportal.accounts.http import CAME_THROUGH, PROVED_ELSEWHERE, AuthenticatedRequest, home_of
from slaportal.accounts.models import Membership, User
from slaportal.accounts.services.identity import memberships_through

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
        now = timezone.now()
        active = [one for one in selectors.active_memberships(user) if not one.has_ended(now=now)]
        members = memberships_through(active, request.session.get(CAME_THROUGH))
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


class SecondFactorMiddleware:
    """The vendor's people use no page before they have proved themselves a second time in this session.

    Their second factor, or the word of an identity provider that asks for one, is remembered in the session; whoever
    has none yet is led to where it is set up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Lead to the second factor where it is missing."""
        member = getattr(request, "membership", None)
        if not settings.SECOND_FACTOR_REQUIRED or not _needs_two(request, member):
            return None
        if not getattr(view, "login_required", True) or request.path.startswith(_ways_to_it()):
            return None
        if request.session.get(PROVED_ELSEWHERE) or _proved_twice(request):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": "A second factor is needed."}, status=403)
        if is_mfa_enabled(cast("User", request.user)):
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
        messages.info(
            request, gettext("People of the vendor sign in with a second factor. Set yours up first.")
        )
        return redirect("mfa_index")


def _needs_two(request: HttpRequest, member: Membership | None) -> bool:
    if member is not None:
        return member.is_vendor
    return bool(request.user.is_authenticated and request.user.is_staff)


def _ways_to_it() -> tuple[str, ...]:
    return (
        reverse("mfa_index"),
        reverse("account_reauthenticate"),
        reverse("accounts:sign-out"),
        reverse("accounts:theme"),
        reverse("accounts:switch"),
    )


def _proved_twice(request: HttpRequest) -> bool:
    records = get_authentication_records(request, cast("User", request.user))
    return any(record.get("method") == "mfa" for record in records)
