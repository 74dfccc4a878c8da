"""Organizations: the clients of the vendor, and the vendor itself."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from slaportal.accounts import services
from slaportal.accounts.admin.base import PortalAdmin
from slaportal.accounts.models import Organization, Party
from slaportal.accounts.validators import validate_timezone


class OrganizationForm(forms.Form):
    """A new client."""

    name = forms.CharField(label="Name", max_length=120)
    timezone = forms.CharField(
        label="Time zone",
        max_length=64,
        validators=[validate_timezone],
        initial="UTC",
        help_text="Such as Europe/Berlin.",
    )


@admin.register(Organization)
class OrganizationAdmin(PortalAdmin):
    """Who belongs to which side."""

    read_act = "people.read"
    write_act = "people.invite"
    list_display = ("name", "party", "timezone", "people_column")
    list_filter = ("party",)
    search_fields = ("name",)
    fields = ("name", "party", "timezone", "people_table")
    readonly_fields = ("party", "people_table")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        """Return organizations with the number of their active people."""
        return Organization.objects.annotate(people=Count("memberships", filter=Q(memberships__active=True)))

    @admin.display(description="People", ordering="people")
    def people_column(self, organization: Organization) -> int:
        """How many people act for it."""
        return int(getattr(organization, "people", 0))

    @admin.display(description="People")
    def people_table(self, organization: Organization) -> SafeString:
        """Its memberships, as links."""
        members = organization.memberships.select_related("user").order_by("-active", "user__name", "pk")
        return render_to_string("admin/accounts/memberships.html", {"members": members})

    def save_model(self, request: HttpRequest, obj: Organization, form: Any, change: bool) -> None:
        """Write name and zone."""
        services.update_organization(organization=obj, name=obj.name, timezone=obj.timezone)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Make a client."""
        if not self.has_add_permission(request):
            raise PermissionDenied

        def act(data: dict[str, Any]) -> str:
            made = services.create_organization(**data, party=Party.CLIENT)
            messages.success(request, f"{made} is there. Sign its agreement and add its people next.")
            return reverse("admin:accounts_organization_change", args=[made.pk])

        form = OrganizationForm(request.POST or None)
        return self.act_page(request, form=form, title="Add a client", button="Save", act=act)
