"""Questions about people: who belongs where, which invitations are open."""

from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from slaportal.accounts import permissions
from slaportal.accounts.models import ApiToken, Invitation, Membership, Organization, User
from slaportal.accounts.validators import known_zones

CONTINENTS: Final = frozenset(
    ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)


def active_memberships(user: User) -> list[Membership]:
    """Return the memberships through which `user` may act, by organization."""
    return list(
        Membership.objects.filter(user=user, active=True)
        .select_related("organization", "user")
        .order_by("organization__name", "pk")
    )


def visible_organizations(member: Membership, *, act: str = "people.read") -> QuerySet[Organization]:
    """Return the organizations in which `member` may do `act`."""
    match permissions.scope(member.role, act):
        case permissions.ALL:
            return Organization.objects.all()
        case permissions.ORGANIZATION | permissions.NAMED | permissions.OWN:
            return Organization.objects.filter(pk=member.organization_id)
        case _:
            return Organization.objects.none()


def people_of(organization: Organization) -> QuerySet[Membership]:
    """Return everybody who belongs or belonged to `organization`; those who may act come first."""
    return (
        Membership.objects.filter(organization=organization)
        .select_related("user", "organization")
        .order_by("-active", "user__name", "pk")
    )


def open_invitations(organization: Organization, *, now: datetime) -> QuerySet[Invitation]:
    """Return the invitations to `organization` that can still be accepted at `now`, newest first."""
    return Invitation.objects.filter(
        organization=organization, accepted_at=None, revoked_at=None, expires_at__gt=now
    ).select_related("invited_by__user", "organization")


def readable_tokens(member: Membership) -> QuerySet[ApiToken]:
    """Return one's own tokens and those of the organizations whose tokens `member` looks after, newest first."""
    mine = Q(membership=member)
    if permissions.may(member, "token.revoke"):
        mine |= Q(membership__organization__in=visible_organizations(member, act="token.revoke"))
    return ApiToken.objects.filter(mine).select_related("membership__user", "membership__organization")


def places() -> list[str]:
    """Return the zones to suggest: those named after places, and UTC."""
    return sorted(zone for zone in known_zones() if zone == "UTC" or zone.partition("/")[0] in CONTINENTS)
