"""What was learned, for programs: published post-mortems, and how satisfied clients were, as totals only."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from slaportal.accounts import permissions
from slaportal.accounts.api.base import ApiList, ApiView
from slaportal.accounts.api.filters import ID, MOST_ID, MemberFilterSet, Several, of_id, words
from slaportal.accounts.api.problems import Problem
from slaportal.accounts.models import Organization
from slaportal.accounts.selectors import visible_organizations
from slaportal.feedback.models import PostMortem, PostMortemEdition, PostMortemState
from slaportal.feedback.selectors import Figure, satisfaction


class EditionBody(serializers.Serializer[PostMortemEdition]):
    """One published edition, as the client reads it. A correction is the next edition."""

    number = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    correction = serializers.CharField()
    content_hash = serializers.CharField()
    client = serializers.DictField()


class PostMortemBody(serializers.Serializer[PostMortem]):
    """The post-mortem of an issue: where it stands, and what was published of it."""

    reference = serializers.CharField()
    issue = serializers.CharField(source="issue.reference")
    state = serializers.ChoiceField(choices=PostMortemState.values)
    due_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    waived_at = serializers.DateTimeField(allow_null=True)
    editions = EditionBody(many=True)


class PostMortemFilters(MemberFilterSet):
    """Post-mortems by issue, state and client."""

    issue = words(20, "Reference.", field_name="issue__reference")
    state = Several(choices=PostMortemState.choices, label="One or several, with commas between.")
    organization = of_id("issue__organization_id", "Id of the client.")

    class Meta:
        model = PostMortem
        fields: tuple[str, ...] = ()


class PostMortemsView(ApiList):
    """The post-mortems of the issues that you may read."""

    tag = "Learning"
    operations: ClassVar = {"GET": "list_postmortems"}
    acts: ClassVar = {"GET": "postmortem.read"}
    filterset_class = PostMortemFilters
    orders: ClassVar = {"": ("-created_at", "-pk")}
    serializer_class = PostMortemBody
    queryset = PostMortem.objects.visible_to(None)

    def get_queryset(self) -> QuerySet[PostMortem]:
        """Return the post-mortems of this member's issues, with what was published of each."""
        found = PostMortem.objects.visible_to(self.member)
        return found.select_related("issue").prefetch_related("editions")


class FigureBody(serializers.Serializer[Figure]):
    """The share of satisfied answers (4 and 5 of 5); null while fewer than five people answered."""

    asked = serializers.IntegerField()
    n = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    interval = serializers.SerializerMethodField()
    response_rate = serializers.FloatField(allow_null=True)

    @extend_schema_field(serializers.ListField(child=serializers.FloatField(), allow_null=True))
    def get_interval(self, figure: Figure) -> list[float] | None:
        """Return the Wilson 95 % interval, null while the share is."""
        return list(figure.interval) if figure.interval else None


class SatisfactionBody(serializers.Serializer[Any]):
    """How satisfied clients were with issues about which they were asked in the period."""

    total = FigureBody()
    by_level = serializers.DictField(child=FigureBody())


class PeriodForm(forms.Form):
    """A period and a client, as the address names them."""

    begins = forms.DateTimeField()
    ends = forms.DateTimeField()
    organization = forms.IntegerField(min_value=1, max_value=MOST_ID, required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        given = super().clean() or {}
        if not self.errors and given["begins"] >= given["ends"]:
            self.add_error("ends", "The period ends after it begins.")
        return given


class SatisfactionView(ApiView):
    """Totals of the one-question survey."""

    tag = "Learning"
    operations: ClassVar = {"GET": "get_satisfaction"}
    acts: ClassVar = {"GET": "survey.read"}
    parameters = frozenset({"begins", "ends", "organization"})

    @extend_schema(
        responses=SatisfactionBody,
        parameters=[
            OpenApiParameter("begins", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("ends", OpenApiTypes.DATETIME, required=True, description="Not part of it."),
            OpenApiParameter(
                "organization", ID, description="Id of the client; the vendor may leave it out."
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        """Read how satisfied clients were. Single answers are not in the API."""
        form = PeriodForm(request.query_params)
        if not form.is_valid():
            errors = [
                {"parameter": name, "code": str(one["code"] or "invalid"), "detail": str(one["message"])}
                for name, found in form.errors.get_json_data().items()
                for one in found
            ]
            raise Problem("invalid_parameter", "Look at the errors.", errors=errors)
        given = form.cleaned_data
        found = satisfaction(
            self._organization(given["organization"]), begins=given["begins"], ends=given["ends"]
        )
        return Response(SatisfactionBody(found).data)

    def _organization(self, wanted: int | None) -> Organization | None:
        if wanted is None:
            everyone = permissions.scope(self.member.role, "survey.read") == permissions.ALL
            return None if everyone else self.member.organization
        visible = visible_organizations(self.member, act="survey.read").filter(pk=wanted).first()
        if visible is None:
            raise Http404
        return visible
