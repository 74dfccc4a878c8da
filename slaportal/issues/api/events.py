"""The feed of events: everything that happened in one organization, in the order in which it was sealed."""

import json
from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from slaportal.accounts.api.base import ApiView
from slaportal.accounts.api.bodies import OrganizationShort, Person
from slaportal.accounts.api.filters import ID, MOST_ID
from slaportal.accounts.api.problems import Problem
from slaportal.accounts.models import Organization
from slaportal.accounts.selectors import visible_organizations
from slaportal.issues.selectors.feed import Feed, feed
from slaportal.ledger.models import Leaf

MOST, USUAL = 500, 100


class EventBody(serializers.Serializer[Leaf]):
    """One event of the ledger. `position` is its place in the organization's log, the same for ever."""

    position = serializers.IntegerField()
    id = serializers.IntegerField(source="event_id")
    kind = serializers.CharField(source="event.kind")
    at = serializers.DateTimeField(source="event.at", help_text="When it happened.")
    recorded_at = serializers.DateTimeField(
        source="event.recorded_at", help_text="When the portal learned of it."
    )
    organization = OrganizationShort(source="event.organization")
    issue = serializers.SerializerMethodField()
    actor = Person(source="event.actor", allow_null=True)
    actor_kind = serializers.ChoiceField(
        source="event.actor_kind", choices=["human", "system", "token", "impersonated"]
    )
    data = serializers.SerializerMethodField()  # type: ignore[assignment]
    texts = serializers.SerializerMethodField()
    payload_sha256 = serializers.CharField(source="event.payload_sha256")

    def get_issue(self, leaf: Leaf) -> str | None:
        """Return the reference of the issue, null for an event about none."""
        return leaf.event.subject or None

    @extend_schema_field(serializers.DictField())
    def get_data(self, leaf: Leaf) -> dict[str, Any]:
        """Return the plain values of the event."""
        found: dict[str, Any] = json.loads(leaf.event.payload)["data"]
        return found

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_texts(self, leaf: Leaf) -> dict[str, str]:
        """Return what people wrote in the act, unless it was erased."""
        return {one.name: one.text for one in leaf.event.texts.all()}


class EventPage(serializers.Serializer[Feed]):
    """Events after a position; ask again with `after` set to `position`, at once while `more` is true."""

    results = EventBody(many=True)
    position = serializers.IntegerField(help_text="Everything up to it was given or is not yours to read.")
    more = serializers.BooleanField()


class EventsView(ApiView):
    """The ledger as a feed."""

    tag = "Events"
    operations: ClassVar = {"GET": "list_events"}
    acts: ClassVar = {"GET": "issue.read"}
    parameters = frozenset({"after", "limit", "organization"})

    @extend_schema(
        responses=EventPage,
        parameters=[
            OpenApiParameter(
                "after",
                {"type": "integer", "minimum": -1, "maximum": MOST_ID, "default": -1},
                OpenApiParameter.QUERY,
                description="The `position` of the page before; -1 for the beginning.",
            ),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
            OpenApiParameter(
                "organization",
                ID,
                description="Id of the client; without it your own organization.",
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        """Read what happened after a position. A few seconds after an act its event is here, in an order that stays."""
        found = feed(
            self._organization(request),
            reader=self.member,
            after=_number(request, "after", usual=-1, least=-1, most=MOST_ID),
            limit=_number(request, "limit", usual=USUAL, least=1, most=MOST),
        )
        return Response(EventPage(found).data)

    def _organization(self, request: Request) -> Organization:
        wanted = _number(request, "organization", usual=self.member.organization_id, least=1, most=MOST_ID)
        found = visible_organizations(self.member, act="issue.read").filter(pk=wanted).first()
        if found is None:
            raise Http404
        return found


def _number(request: Request, name: str, *, usual: int, least: int, most: int) -> int:
    given = request.query_params.get(name, str(usual))
    digits = given.removeprefix("-")
    plain = digits.isascii() and digits.isdecimal() and len(digits) < 12
    if not plain or not least <= int(given) <= most:
        error = {"parameter": name, "code": "invalid", "detail": f"A whole number from {least} to {most}."}
        raise Problem("invalid_parameter", f"{name} is a whole number.", errors=[error])
    return int(given)
