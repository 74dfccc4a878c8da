"""Agreements: signed with a form, ended with another, never edited."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from slaportal.accounts.admin.base import PortalAdmin, actor_of, button, labelled
from slaportal.policies import selectors, services
from slaportal.policies.forms import EndForm, SignForm
from slaportal.policies.models import Agreement


@admin.register(Agreement)
class AgreementAdmin(PortalAdmin):
    """Who is bound to what, from when to when."""

    read_act = "policy.read"
    write_act = "agreement.sign"
    list_display = (
        "organization",
        "policy_version",
        "hours_column",
        "effective_from",
        "effective_to",
        "state_column",
    )
    list_select_related = ("organization", "policy_version__policy", "calendar")
    list_filter = (("organization", AutocompleteSelectFilter),)
    search_fields = ("organization__name", "policy_version__policy__name")
    fields = (
        "organization",
        "policy_version",
        "hours_column",
        "timezone",
        "effective_from",
        "effective_to",
        "signed_by_client",
        "signed_by_vendor",
        "counts_from",
        "page_link",
    )
    readonly_fields = fields
    actions_detail = ("end",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agreement]:
        """Return the agreements that this person may read; all at the first start."""
        actor = actor_of(request)
        if actor is None:
            return (
                selectors.all_agreements()
                if self.has_view_permission(request)
                else Agreement.objects.visible_to(None)
            )
        return selectors.readable_agreements(actor)

    @admin.display(description="Hours of support")
    def hours_column(self, agreement: Agreement) -> str:
        """The calendar, or 24×7."""
        return str(agreement.calendar or "24×7")

    @labelled("State", {"in force": "success", "to come": "info", "ended": "danger"})
    def state_column(self, agreement: Agreement) -> str:
        """Whether it holds now."""
        return selectors.standing(agreement, now=datetime.now(UTC))

    @admin.display(description="As both parties read it")
    def page_link(self, agreement: Agreement) -> SafeString:
        """The way to its page."""
        return format_html(
            '<a class="q-link" href="{}">Read the agreement</a>',
            reverse("policies:agreement-detail", args=[agreement.pk]),
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what was signed stays."""
        return False

    def has_end_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether this person may end it."""
        return self.allowed(request, self.write_act)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign an agreement."""
        if not self.has_add_permission(request):
            raise PermissionDenied

        def act(data: dict[str, Any]) -> str:
            signed = services.sign_agreement(**data, actor=actor_of(request), now=datetime.now(UTC))
            messages.success(request, f"{signed} is signed.")
            return reverse("admin:policies_agreement_change", args=[signed.pk])

        return self.act_page(
            request,
            form=SignForm(request.POST or None),
            title="Sign an agreement",
            button="Sign",
            intro="Name the person of each party who signed off. Afterwards only its end can be set.",
            act=act,
        )

    @button("End agreement …", path="end", permission="end", icon="event_busy")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Set the end of an agreement."""
        agreement = get_object_or_404(self.get_queryset(request), pk=object_id)
        back = reverse("admin:policies_agreement_change", args=[agreement.pk])

        def act(data: dict[str, Any]) -> str:
            services.end_agreement(agreement, at=data["at"], actor=actor_of(request), now=datetime.now(UTC))
            messages.success(request, f"The agreement with {agreement.organization} ends then.")
            return back

        form = EndForm(request.POST or None, timezone=agreement.timezone)
        return self.act_page(
            request, form=form, title=f"End: {agreement}", button="Set the end", act=act, back=back
        )
