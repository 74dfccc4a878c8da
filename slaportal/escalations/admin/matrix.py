"""The escalation matrix as a grid that one can read: levels down, metrics across, steps in words."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from slaportal.accounts.admin.base import PortalAdmin
from slaportal.accounts.admin.reading import ReadOnlyAdmin, instant
from slaportal.accounts.http import member_of
from slaportal.accounts.models import Role
from slaportal.escalations import services
from slaportal.escalations.models import MatrixEdition, MatrixStep
from slaportal.escalations.selectors import HOLD, edition_in_force, matrix, unreached
from slaportal.escalations.services.matrix import WHO, sentence
from slaportal.lib.durations import spoken
from slaportal.lib.refusal import Refused
from slaportal.policies.models import Criticality, Metric

ROLES = (Role.VENDOR_AGENT, Role.VENDOR_LEAD, Role.SENIOR_MANAGEMENT, Role.ADMIN)


class StepForm(forms.ModelForm[MatrixStep]):
    """One step; wrong combinations and a matrix that loses its point are told beside the fields."""

    class Meta:
        model = MatrixStep
        fields = (
            *("level", "metric", "ordinal", "kind", "share", "after_minutes", "role"),
            *("repeat_minutes", "repeat_times", "channel", "all_acknowledge"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [(one.value, one.label) for one in ROLES]
        self.fields["repeat_times"].required = False

    def clean_repeat_times(self) -> int:
        """Not repeated unless somebody says how often."""
        return self.cleaned_data["repeat_times"] or 0

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        others = [step for step in matrix() if step.pk != self.instance.pk]
        missing = unreached([*others, self.instance])
        if missing:
            self.add_error(None, sentence(missing))


@admin.register(MatrixStep)
class MatrixStepAdmin(PortalAdmin):
    """The matrix; writing goes through `escalations.services.matrix`."""

    read_act = "policy.read"
    write_act = WHO
    # Changing the matrix is an act of a member: the event names who did it.
    first_start = False
    form = StepForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether this person may change the matrix; the service keeps what has run and what must be reached."""
        return self.allowed(request, self.write_act)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the whole matrix on one page."""
        steps = list(matrix())
        context = {
            **self.admin_site.each_context(request),
            "title": "Escalation matrix",
            "metrics": [{"value": one.value, "label": one.label} for one in Metric],
            "rows": [
                {
                    "level": level.value,
                    "hold": spoken(HOLD[level]),
                    "cells": [
                        {
                            "metric": metric.value,
                            "label": metric.label,
                            "steps": [one for one in steps if (one.level, one.metric) == (level, metric)],
                        }
                        for metric in Metric
                    ],
                }
                for level in Criticality
            ],
            "missing": unreached(steps),
            "edition": edition_in_force(),
            "may_change": self.has_change_permission(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "escalations_admin/matrix.html", context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin a new step at the end of its cell."""
        first: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        cell = MatrixStep.objects.filter(level=first.get("level", ""), metric=first.get("metric", ""))
        last = cell.order_by("-ordinal").first()
        first.setdefault("ordinal", last.ordinal + 1 if last else 1)
        return first

    def save_model(self, request: HttpRequest, obj: MatrixStep, form: Any, change: bool) -> None:
        """Write through the service; the form has said what it would refuse."""
        services.save_step(step=obj, actor=member_of(request), now=datetime.now(UTC))

    def delete_model(self, request: HttpRequest, obj: MatrixStep) -> None:
        """Take out through the service."""
        services.remove_step(step=obj, actor=member_of(request), now=datetime.now(UTC))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask, then take out; a refusal leads back to the step with its sentence."""
        try:
            response: HttpResponse = super().delete_view(request, object_id, extra_context)
        except Refused as error:
            messages.error(request, str(error))
            return redirect("admin:escalations_matrixstep_change", object_id)
        return response


@admin.register(MatrixEdition)
class MatrixEditionAdmin(ReadOnlyAdmin):
    """What the matrix said at any time: one edition for each change."""

    read_act = "policy.read"
    list_display = ("number", "since", "by", "note")
    list_select_related = ("by__user", "by__organization")
    ordering = ("-number",)
    fields = ("number", "since", "by", "note", "as_it_held")
    readonly_fields = fields

    @admin.display(description="In force from")
    def since(self, edition: MatrixEdition) -> str:
        """When it began to hold."""
        return instant(edition.effective_from) if edition.effective_from else "the beginning"

    @admin.display(description="Steps")
    def as_it_held(self, edition: MatrixEdition) -> SafeString:
        """Every step in words."""
        lines = (
            (
                Criticality(step["level"]).label,
                Metric(step["metric"]).label.lower(),
                step["when"],
                Role(step["role"]).label,
                f", {more}" if (more := step.get("more") or step.get("repeats")) else "",
            )
            for step in edition.steps
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} {}, {}: {}{}</li>", lines))
