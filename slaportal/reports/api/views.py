"""Issued reports for programs: the frozen figures, with the checksum by which they are verified."""

import json
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from slaportal.accounts.api.base import ApiList, ApiView
from slaportal.accounts.api.bodies import OrganizationShort
from slaportal.accounts.api.filters import MemberFilterSet, before, of_id, since
from slaportal.issues.api.reading import checked
from slaportal.reports.models import Cadence, StatusReport


class ReportBody(serializers.Serializer[StatusReport]):
    """A report: whose it is and for which period; `[begins, ends)` in the zone of the agreement."""

    reference = serializers.CharField()
    organization = OrganizationShort()
    cadence = serializers.ChoiceField(choices=Cadence.values)
    begins = serializers.DateTimeField()
    ends = serializers.DateTimeField()
    timezone = serializers.CharField()
    state = serializers.ChoiceField(choices=StatusReport.State.values)
    verdict = serializers.CharField()
    issued_at = serializers.DateTimeField(allow_null=True)
    checksum = serializers.CharField(help_text="SHA-256 of the canonical figures; empty before it is issued.")


class ReportWithFigures(ReportBody):
    """An issued report with every figure and the issues behind it, as they were frozen."""

    figures = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_figures(self, report: StatusReport) -> dict[str, Any] | None:
        """Return the figures, null before the report is issued."""
        found: dict[str, Any] | None = json.loads(report.data) if report.data else None
        return found


class ReportFilters(MemberFilterSet):
    """Reports by client, cadence, state and period."""

    organization = of_id("organization_id", "Id of the client.")
    cadence = django_filters.ChoiceFilter(choices=Cadence.choices)
    state = django_filters.ChoiceFilter(choices=StatusReport.State.choices)
    ends_since = since("ends", "Of periods that ended at or after this instant.")
    ends_before = before("ends", "Of periods that ended before this instant.")

    class Meta:
        model = StatusReport
        fields: tuple[str, ...] = ()


class ReportsView(ApiList):
    """The status reports that you may read."""

    tag = "Reports"
    operations: ClassVar = {"GET": "list_reports"}
    acts: ClassVar = {"GET": "report.read"}
    filterset_class = ReportFilters
    orders: ClassVar = {"": ("-ends", "-pk")}
    serializer_class = ReportBody
    queryset = StatusReport.objects.visible_to(None)

    def get_queryset(self) -> QuerySet[StatusReport]:
        """Return the reports of this member."""
        return StatusReport.objects.visible_to(self.member).select_related("organization").defer("data")


class ReportView(ApiView):
    """One status report."""

    tag = "Reports"
    operations: ClassVar = {"GET": "get_report"}
    acts: ClassVar = {"GET": "report.read"}

    @extend_schema(responses=ReportWithFigures)
    def get(self, request: Request, reference: str) -> Response:
        """Read one report with its figures; the same bytes for ever once it is issued."""
        found = StatusReport.objects.visible_to(self.member).select_related("organization")
        report = found.filter(reference=checked(reference)).first()
        if report is None:
            raise Http404
        return Response(ReportWithFigures(report).data)
