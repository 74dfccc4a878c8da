"""Policies: the templates whose versions are drafted, published and signed."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from slaportal.accounts.admin.base import PortalAdmin, actor_of, button
from slaportal.policies import services
from slaportal.policies.forms import PolicyForm
from slaportal.policies.models import Policy, PolicyVersion


@admin.register(Policy)
class PolicyAdmin(PortalAdmin):
    """What exists, and the way to the next version."""

    read_act = "policy.read"
    write_act = "policy.draft"
    list_display = ("name", "key", "latest_column", "editions_column")
    search_fields = ("name", "key")
    fields = ("name", "key", "versions_table")
    readonly_fields = ("name", "key", "versions_table")
    actions_detail = ("draft_next",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        """Return policies with their number of versions."""
        published = Q(versions__status=PolicyVersion.Status.PUBLISHED)
        return Policy.objects.annotate(
            editions=Count("versions"), latest=Max("versions__number", filter=published)
        )

    @admin.display(description="In force", ordering="latest")
    def latest_column(self, policy: Policy) -> str:
        """Last published version."""
        latest = getattr(policy, "latest", None)
        return f"Version {latest}" if latest else "Not published yet"

    @admin.display(description="Versions", ordering="editions")
    def editions_column(self, policy: Policy) -> int:
        """How many versions there are."""
        return int(getattr(policy, "editions", 0))

    @admin.display(description="Versions")
    def versions_table(self, policy: Policy) -> SafeString:
        """The versions with their state, as links."""
        versions = policy.versions.select_related("published_by__user").annotate(signed=Count("agreements"))
        return render_to_string("admin/policies/versions.html", {"versions": versions.order_by("-number")})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Name and key stay; everything else is in the versions."""
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Make a policy and its first draft, which begins with the standard agreement's words."""
        if not self.has_add_permission(request):
            return redirect("admin:policies_policy_changelist")

        def act(data: dict[str, Any]) -> str:
            now = datetime.now(UTC)
            policy = services.create_policy(
                key=data["key"], name=data["name"], actor=actor_of(request), now=now
            )
            draft = services.draft_next(policy, actor=actor_of(request), now=now)
            return reverse("admin:policies_policyversion_change", args=[draft.pk])

        return self.act_page(
            request,
            form=PolicyForm(request.POST or None),
            title="Add a policy",
            button="Begin version 1",
            intro="Version 1 begins as a draft with the words and targets of the standard agreement.",
            act=act,
        )

    @button("Draft next version", path="draft-next", permission="draft", icon="edit_note")
    def draft_next(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the next version with the content of the last one."""
        policy = get_object_or_404(Policy, pk=object_id)
        return draft_next_of(self, request, policy)

    def has_draft_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether this person may draft."""
        return self.allowed(request, "policy.draft")


def draft_next_of(admin_page: PortalAdmin, request: HttpRequest, policy: Policy) -> HttpResponse:
    """Ask, then open the next version of `policy` and go there."""

    def act(data: dict[str, Any]) -> str:
        draft = services.draft_next(policy, actor=actor_of(request), now=datetime.now(UTC))
        messages.success(request, f"{draft} is open as a draft.")
        return reverse("admin:policies_policyversion_change", args=[draft.pk])

    return admin_page.act_page(
        request,
        form=forms.Form(request.POST if request.method == "POST" else None),
        title=f"Draft the next version of {policy}",
        button="Draft next version",
        intro="It begins with the content of the last version. Nothing changes for anybody until it is signed.",
        act=act,
        back=reverse("admin:policies_policy_change", args=[policy.pk]),
    )
