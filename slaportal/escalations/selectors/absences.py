"""Who is away, as the people of the vendor see it."""

from datetime import datetime

from django.db.models import QuerySet

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party
from slaportal.escalations.models import Absence


def coming_absences(*, now: datetime) -> QuerySet[Absence]:
    """Return the absences that hold or will hold, soonest first."""
    return Absence.objects.filter(ends_at__gt=now).select_related("member__user", "deputy__user")


def may_be_entered_by(member: Membership) -> QuerySet[Membership]:
    """Return for whom `member` may enter an absence: for themselves, or for anybody of the vendor."""
    people = Membership.objects.filter(active=True, user__is_active=True, party=Party.VENDOR)
    if permissions.scope(member.role, "absence.enter") != permissions.ALL:
        people = people.filter(pk=member.pk)
    return people.select_related("user").order_by("user__name")


def deputies() -> QuerySet[Membership]:
    """Return who can stand in for somebody: whoever may acknowledge escalations."""
    roles = permissions.roles_with("escalation.acknowledge")
    people = Membership.objects.filter(active=True, user__is_active=True, party=Party.VENDOR, role__in=roles)
    return people.select_related("user").order_by("user__name")
