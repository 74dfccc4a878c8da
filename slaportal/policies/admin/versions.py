"""Versions of a policy: drafts are edited, published ones are read."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.admin import StackedInline, TabularInline

from slaportal.accounts.admin.base import PortalAdmin, actor_of, button, labelled
from slaportal.lib.refusal import Refused
from slaportal.policies import presentation, selectors, services
from slaportal.policies.admin.policies import draft_next_of
from slaportal.policies.forms import DefinitionForm, VersionForm
from slaportal.policies.models import Criticality, CriticalityDefinition, PolicyVersion, Target

CONTENT = (
    ("Words", {"fields": ("introduction", "footnote", "terms_text"), "classes": ("tab",)}),
    (
        "Rules",
        {
            "fields": (
                "warning_shares",
                "pause_parties",
                "client_answer_days",
                "confirmation_days",
                "postmortem_levels",
                "postmortem_days",
                "survey_retention_days",
            ),
            "classes": ("tab",),
        },
    ),
    ("Impact questions", {"fields": ("impact_table",), "classes": ("tab",)}),
)
MOST_TARGETS = 8


class OfDraft:
    """Parts of a version can be edited while it is a draft, by whoever may edit it."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Drafts only: a published version shows its parts as text. Django also asks without naming the version."""
        return obj is None or _is_draft(obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """While the version is a draft; its own permission was asked before."""
        return obj is None or _is_draft(obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """While the version is a draft."""
        return obj is None or _is_draft(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """While the version is a draft."""
        return obj is None or _is_draft(obj)


class DefinitionInline(OfDraft, StackedInline):
    """What each level means."""

    model = CriticalityDefinition
    form = DefinitionForm
    extra = 0
    max_num = len(Criticality)
    tab = True


class TargetInline(OfDraft, TabularInline):
    """What is promised."""

    model = Target
    fields = ("level", "metric", "amount", "unit", "bound", "round_the_clock")
    extra = 0
    max_num = MOST_TARGETS
    tab = True


@admin.register(PolicyVersion)
class VersionAdmin(PortalAdmin):
    """Editions: made by “Draft next version”, sealed by “Publish”."""

    read_act = "policy.read"
    write_act = "policy.draft"
    form = VersionForm
    list_display = ("__str__", "state_column", "published_at", "published_by")
    list_select_related = ("policy", "published_by__user", "published_by__organization")
    list_filter = ("policy", "status")
    search_fields = ("policy__name", "policy__key")
    inlines = (TargetInline, DefinitionInline)
    actions_detail = ("publish", "draft_next")

    @labelled("State", {"Draft": "warning", "Published": "success"})
    def state_column(self, version: PolicyVersion) -> str:
        """Draft or published."""
        return version.get_status_display()

    @admin.display(description="Content")
    def content(self, version: PolicyVersion) -> SafeString:
        """Everything it says, as read by both parties."""
        return render_to_string("admin/policies/content.html", content_context(version))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Fields for a draft; text for a published version and for readers."""
        if _is_draft(obj) and self.has_change_permission(request, obj):
            return CONTENT
        return ((None, {"fields": ("content",)}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nothing of a draft; the text of a published version."""
        return () if _is_draft(obj) and self.has_change_permission(request, obj) else ("content",)

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the parts of a draft for those who may edit it."""
        if _is_draft(obj) and self.has_change_permission(request, obj):
            return list(super().get_inline_instances(request, obj))
        return []

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never here: a version begins on its policy's page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Drafts only."""
        return (obj is None or _is_draft(obj)) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Drafts only, one at a time."""
        return _is_draft(obj) and self.allowed(request, "policy.draft")

    def has_publish_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether this person may publish, and whether there is a draft to publish."""
        drafts = PolicyVersion.objects.filter(pk=object_id or 0, status=PolicyVersion.Status.DRAFT)
        return self.allowed(request, "policy.publish") and drafts.exists()

    def has_draft_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether this person may draft the version after this one."""
        published = PolicyVersion.objects.filter(pk=object_id or 0, status=PolicyVersion.Status.PUBLISHED)
        return self.allowed(request, "policy.draft") and published.exists()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the parts and record that the draft was changed."""
        super().save_related(request, form, formsets, change)
        services.edit_draft(form.instance, actor=actor_of(request), now=datetime.now(UTC))

    def delete_model(self, request: HttpRequest, obj: PolicyVersion) -> None:
        """Discard a draft."""
        services.discard_draft(obj, actor=actor_of(request), now=datetime.now(UTC))

    @button("Publish …", path="publish", permission="publish", icon="verified", primary=True)
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the whole content and what is missing; a POST publishes."""
        version = get_object_or_404(PolicyVersion.objects.select_related("policy"), pk=object_id)
        if request.method == "POST":
            try:
                services.publish(version, actor=actor_of(request), now=datetime.now(UTC))
            except Refused as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, f"{version} is published and can be signed.")
                return redirect("admin:policies_policyversion_change", version.pk)
        context = {
            **content_context(version),
            "missing": selectors.missing_parts(version),
            "doubts": selectors.doubts(version),
            "now": datetime.now(UTC),
        }
        return self.page(request, "admin/policies/publish.html", title=f"Publish {version}", **context)

    @button("Draft next version", path="draft-next", permission="draft", icon="edit_note")
    def draft_next(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the next version with the content of the last one."""
        version = get_object_or_404(PolicyVersion.objects.select_related("policy"), pk=object_id)
        return draft_next_of(self, request, version.policy)


def content_context(version: PolicyVersion) -> dict[str, Any]:
    """Return what admin/policies/content.html shows."""
    promises = {(one.level, one.metric): one for one in version.targets.all()}
    return {
        "version": version,
        "levels": [
            {
                "definition": one,
                "response": promises.get((one.level, "response")),
                "resolution": promises.get((one.level, "resolution")),
            }
            for one in presentation.by_level(version.definitions.all())
        ],
        "impact": [
            (Criticality(level), words) for level, words in presentation.impact_lines(version.impact_table)
        ],
    }


def _is_draft(obj: object) -> bool:
    return isinstance(obj, PolicyVersion) and not obj.published
