"""The vendor's admin: who gets in, and by which door."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import sites
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.apps import BasicAppConfig
from unfold.sites import UnfoldAdminSite


class PortalSite(UnfoldAdminSite):  # type: ignore[misc]
    """The admin with the portal's own sign-in; only active members of the vendor who are staff get in."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person may open the admin. The first administrator has no membership yet."""
        user = request.user
        if not user.is_active or not getattr(user, "is_staff", False):
            return False
        member = getattr(request, "membership", None)
        if member is None:
            return bool(getattr(user, "is_superuser", False))
        return bool(member.active and member.is_vendor)

    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead strangers to the sign-in page; tell everybody else who does not belong here so."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied("Only people of the vendor can open this page.")
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('accounts:sign-in')}?{urlencode({'next': wanted})}")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the portal's own page: one place for passwords."""
        return redirect("accounts:password")


class UnfoldConfig(BasicAppConfig):  # type: ignore[misc]
    """Installs `PortalSite` as the admin, where unfold would install its own."""

    name = "unfold"
    default = True

    def ready(self) -> None:
        """Put our site where Django looks for it, before apps register their models."""
        site = PortalSite()
        admin.site = site
        sites.site = site
