"""Who calls, and who belongs where."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from slaportal.accounts import permissions, selectors
from slaportal.accounts.api import bodies
from slaportal.accounts.api.base import ApiList, ApiView
from slaportal.accounts.api.filters import MemberFilterSet, TruthFilter, of_id
from slaportal.accounts.models import Membership, Organization


class MeView(ApiView):
    """Say who calls, through which token, and what both open."""

    tag = "About the caller"
    operations: ClassVar = {"GET": "me"}
    acts: ClassVar = {"GET": None}

    @extend_schema(responses=bodies.Me)
    def get(self, request: Request) -> Response:
        """Say who calls, through which token, and what both open now."""
        through = self.member.through
        token = self.member.tokens.get(pk=through.token) if through else None
        acts = [act for act in permissions.table() if permissions.may(self.member, act)]
        return Response(bodies.Me({"member": self.member, "token": token, "acts": acts}).data)


class PeopleFilters(MemberFilterSet):
    """People by organization, side and access."""

    organization = of_id("organization_id", "Id of the organization.")
    party = django_filters.ChoiceFilter(choices=[("client", "client"), ("vendor", "vendor")])
    active = TruthFilter()

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ()


class PeopleView(ApiList):
    """The people of the organizations that you may look after or work for."""

    tag = "About the caller"
    operations: ClassVar = {"GET": "list_people"}
    acts: ClassVar = {"GET": "people.read"}
    serializer_class = bodies.Member
    filterset_class = PeopleFilters
    queryset = Membership.objects.none()

    def get_queryset(self) -> QuerySet[Membership]:
        """Return the people whom this member may see."""
        visible = selectors.visible_organizations(self.member)
        return Membership.objects.filter(organization__in=visible).select_related("user", "organization")


class OrganizationsView(ApiList):
    """The organizations whose issues you may read."""

    tag = "About the caller"
    operations: ClassVar = {"GET": "list_organizations"}
    acts: ClassVar = {"GET": "issue.read"}
    serializer_class = bodies.OrganizationFull
    queryset = Organization.objects.none()

    def get_queryset(self) -> QuerySet[Organization]:
        """Return the organizations that this member may see."""
        return selectors.visible_organizations(self.member, act="issue.read")


class NotThere(ApiView):
    """Any other address below /api/v1/."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Say so, whoever asks and by whatever method."""
        raise NotFound
