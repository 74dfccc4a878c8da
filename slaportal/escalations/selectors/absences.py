"""Who is away, as the people of the vendor see it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from slaportal.accounts import permissions
from slaportal.accounts import services as accounts
from slaportal.accounts.models import Membership, Party
from slaportal.escalations.models import Absence
from slaportal.notifications.models import Redirect


def coming_absences(*, now: datetime) -> QuerySet[Absence]:
    """Return the absences that hold or will hold, soonest first."""
    return Absence.objects.filter(ends_at__gt=now).select_related("member__user", "deputy__user")


def may_stand_in(*, person: Any, other: Any, now: datetime) -> bool:
    """Whether `other` may get the urgent mail of `person` at `now`: sees what they see, and is there.

    The setting MAY_STAND_IN names this, so that a redirection never leads to a person who is away.
    """
    away = Absence.objects.at(now).filter(member__user=other).exists()
    return not away and accounts.may_stand_in(person=person, other=other)


def mail_goes_to(absences: Iterable[Absence], *, now: datetime) -> dict[int, Redirect]:
    """Return who gets the urgent mail of the people who are away, by their user: a redirection that they made."""
    people = [one.member.user_id for one in absences]
    rows = Redirect.objects.filter(person__in=people, until__gt=now).select_related("to")
    return {row.person_id: row for row in rows}


def absence_of(person: Any, *, now: datetime) -> Absence | None:
    """Return the absence of `person` that holds at `now` or comes next; None without any."""
    return coming_absences(now=now).filter(member__user=person).order_by("begins_at").first()


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
