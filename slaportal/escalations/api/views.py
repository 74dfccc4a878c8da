"""Escalations, exceptions and reasons for programs; the same gate, rights and services as for the pages."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from slaportal.accounts.api.base import ApiList, ApiView
from slaportal.accounts.api.filters import MemberFilterSet, Several, before, of_id, since, words
from slaportal.accounts.api.once import once
from slaportal.escalations import services
from slaportal.escalations.api import bodies
from slaportal.escalations.models import Escalation, SlaException
from slaportal.escalations.selectors import visible_exceptions
from slaportal.issues.api.reading import issue_or_404
from slaportal.policies.models import Metric


class EscalationFilters(MemberFilterSet):
    """Escalations by issue, status and time."""

    issue = words(20, "Reference.", field_name="issue__reference")
    status = Several(choices=Escalation.Status.choices, label="One or several, with commas between.")
    organization = of_id("issue__organization_id", "Id of the client.")
    fired_since = since("fired_at", "Ran at or after this instant.")
    fired_before = before("fired_at", "Ran before this instant.")

    class Meta:
        model = Escalation
        fields: tuple[str, ...] = ()


class EscalationsView(ApiList):
    """The escalations of the issues that you may read."""

    tag = "Escalations"
    operations: ClassVar = {"GET": "list_escalations"}
    acts: ClassVar = {"GET": "issue.read"}
    filterset_class = EscalationFilters
    orders: ClassVar = {"": ("-fired_at", "-pk")}
    serializer_class = bodies.EscalationBody
    queryset = Escalation.objects.visible_to(None)

    def get_queryset(self) -> QuerySet[Escalation]:
        """Return the escalations of this member's issues, warnings left out as on the pages."""
        found = Escalation.objects.visible_to(self.member).exclude(status=Escalation.Status.TOLD)
        return found.select_related("issue", "obligation", "raised_by__user", "acknowledged_by__user")


class ExceptionFilters(MemberFilterSet):
    """Exceptions by issue, status and clock."""

    issue = words(20, "Reference.", field_name="issue__reference")
    status = Several(choices=SlaException.Status.choices, label="One or several, with commas between.")
    metric = django_filters.ChoiceFilter(choices=Metric.choices)
    organization = of_id("issue__organization_id", "Id of the client.")

    class Meta:
        model = SlaException
        fields: tuple[str, ...] = ()


class ExceptionsView(ApiList):
    """The exceptions that you may read."""

    tag = "Escalations"
    operations: ClassVar = {"GET": "list_exceptions"}
    acts: ClassVar = {"GET": "issue.read"}
    filterset_class = ExceptionFilters
    orders: ClassVar = {"": ("-requested_at", "-pk")}
    serializer_class = bodies.ExceptionBody
    queryset = SlaException.objects.visible_to(None)

    def get_queryset(self) -> QuerySet[SlaException]:
        """Return the exceptions of this member's issues; a client's once the vendor has approved them."""
        return visible_exceptions(self.member)


class ExceptionRequestView(ApiView):
    """The door for requests of exceptions."""

    tag = "Escalations"
    operations: ClassVar = {"POST": "request_exception"}
    acts: ClassVar = {"POST": "exception.request"}

    @extend_schema(request=bodies.ExceptionRequest, responses={201: bodies.ExceptionBody})
    @once
    def post(self, request: Request, reference: str) -> Response:
        """Ask for an exception. Another person of the vendor approves it, and the client answers; both on their pages."""
        body = bodies.ExceptionRequest(data=request.data)
        body.is_valid(raise_exception=True)
        given: dict[str, Any] = dict(body.validated_data)
        issue = issue_or_404(self.member, reference)
        made = services.request_exception(issue=issue, actor=self.member, now=self.now, **given)
        return Response(bodies.ExceptionBody(made).data, status=201)


class ReasonView(ApiView):
    """The door for reasons of missed deadlines."""

    tag = "Escalations"
    operations: ClassVar = {"POST": "give_reason"}
    acts: ClassVar = {"POST": "escalation.reason"}

    @extend_schema(request=bodies.ReasonGiven, responses={201: bodies.ReasonBody})
    @once
    def post(self, request: Request, reference: str) -> Response:
        """Give the reason for a missed deadline. One that was given before is replaced; the history keeps both."""
        body = bodies.ReasonGiven(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        issue = issue_or_404(self.member, reference)
        obligation = issue.obligations.get(metric=given["metric"])
        obligation.issue = issue
        reason = services.give_reason(
            obligation=obligation,
            code=given["code"],
            sentence=given["sentence"],
            actor=self.member,
            now=self.now,
        )
        return Response(bodies.ReasonBody(reason).data, status=201)
