"""Agreements, calendars and the calculator for programs; the same gate as for the pages."""

from datetime import datetime
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from slaportal.accounts.api.base import ApiList, ApiView
from slaportal.accounts.api.filters import MOST_ID, MemberFilterSet, of_id
from slaportal.accounts.api.problems import Problem
from slaportal.accounts.models import Membership
from slaportal.policies import clock, selectors
from slaportal.policies.api import bodies
from slaportal.policies.clock import ClockError
from slaportal.policies.models import Agreement, BusinessCalendar, Metric
from slaportal.policies.reckoning import LEVELS


class AgreementFilters(MemberFilterSet):
    """Agreements by client and by an instant at which they hold."""

    organization = of_id("organization_id", "Id of the client.")
    in_force_at = django_filters.IsoDateTimeFilter(method="in_force", label="In force at this instant.")

    class Meta:
        model = Agreement
        fields: tuple[str, ...] = ()

    def in_force(self, found: Any, name: str, value: datetime) -> Any:
        """Keep what binds at `value`."""
        return found.in_force(value)


class AgreementsView(ApiList):
    """The agreements whose terms you may read."""

    tag = "Agreements"
    operations: ClassVar = {"GET": "list_agreements"}
    acts: ClassVar = {"GET": "policy.read"}
    filterset_class = AgreementFilters
    serializer_class = bodies.AgreementBody
    queryset = Agreement.objects.visible_to(None)

    def get_queryset(self) -> QuerySet[Agreement]:
        """Return the agreements of this member."""
        return selectors.readable_agreements(self.member)


class AgreementView(ApiView):
    """One agreement."""

    tag = "Agreements"
    operations: ClassVar = {"GET": "get_agreement"}
    acts: ClassVar = {"GET": "policy.read"}

    @extend_schema(responses=bodies.AgreementWithTerms)
    def get(self, request: Request, pk: int) -> Response:
        """Read one agreement with its targets and what each level means."""
        return Response(bodies.AgreementWithTerms(_agreement_or_404(self.member, pk)).data)


class DeadlinesView(ApiView):
    """The calculator."""

    tag = "Agreements"
    operations: ClassVar = {"GET": "calculate_deadlines"}
    acts: ClassVar = {"GET": "policy.read"}
    parameters = frozenset({"start", "level"})

    @extend_schema(
        responses=bodies.DeadlinesBody,
        parameters=[
            OpenApiParameter("start", OpenApiTypes.DATETIME, required=True, description="With its offset."),
            OpenApiParameter(
                "level", OpenApiTypes.STR, enum=list(LEVELS), description="Without it all four."
            ),
        ],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Calculate when what is due, for an issue that would be reported at `start`."""
        agreement = _agreement_or_404(self.member, pk)
        start = _instant(request.query_params.get("start", ""))
        wanted = request.query_params.get("level")
        if wanted is not None and wanted not in LEVELS:
            raise _wrong("level", f"One of {', '.join(LEVELS)}.")
        words = {(one.level, one.metric): one.words for one in selectors.targets_of(agreement.policy_version)}
        found = []
        for metric in Metric:
            rules = selectors.rules_for(agreement, metric)
            for level in [wanted] if wanted else LEVELS:
                rule = rules[level]
                try:
                    due = clock.deadline(
                        start=start, amount=rule.amount, unit=rule.unit, calendar=rule.calendar
                    )
                except ClockError as error:
                    raise _wrong("start", str(error)) from None
                found.append({"level": level, "metric": metric, "target": words[level, metric], "due": due})
        return Response(bodies.DeadlinesBody({"start": start, "deadlines": found}).data)


class CalendarsView(ApiList):
    """The calendars of the agreements whose terms you may read."""

    tag = "Agreements"
    operations: ClassVar = {"GET": "list_calendars"}
    acts: ClassVar = {"GET": "policy.read"}
    serializer_class = bodies.CalendarBody
    queryset = BusinessCalendar.objects.none()

    def get_queryset(self) -> QuerySet[BusinessCalendar]:
        """Return the editions that an agreement of this member uses."""
        used = selectors.readable_agreements(self.member).values("calendar")
        return BusinessCalendar.objects.filter(pk__in=used)


def _agreement_or_404(member: Membership, pk: int) -> Agreement:
    if pk > MOST_ID:
        raise Http404
    found = selectors.readable_agreements(member).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _instant(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _wrong("start", "An instant with its offset, such as 2026-11-23T09:00:00+01:00.")
    return found


def _wrong(name: str, words: str) -> Problem:
    error = {"parameter": name, "code": "invalid", "detail": words}
    return Problem("invalid_parameter", words, errors=[error])
