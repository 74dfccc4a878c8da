"""Escalations as people read them in lists and on the page of an issue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party, User
from slaportal.escalations.models import Escalation, EscalationQuerySet
from slaportal.issues.models import Issue
from slaportal.issues.selectors.clocks import ClockFace, list_face


@dataclass(frozen=True, slots=True)
class Line:
    """One escalation as people read it: the clock it is about (None if raised by hand) and whether one may take it."""

    escalation: Escalation
    clock: ClockFace | None
    may_acknowledge: bool


def unanswered(visible: EscalationQuerySet) -> EscalationQuerySet:
    """Return those of `visible` that nobody has in hand, longest waiting first, with all that a line shows."""
    return _loaded(visible.unanswered().order_by("due_at", "pk"))


def answered_lines(
    visible: EscalationQuerySet, *, member: Membership, now: datetime, most: int = 25
) -> list[Line]:
    """Return the newest of `visible` that somebody has in hand or that are no longer needed."""
    found = visible.exclude(status__in=[Escalation.Status.OPEN, Escalation.Status.TOLD])
    return lines_of(_loaded(found.order_by("-fired_at", "-pk"))[:most], member=member, now=now)


def lines_on(issue: Issue, *, member: Membership, now: datetime) -> list[Line]:
    """Return the escalations of `issue`, warnings left out, newest first; nothing if `member` may not read it."""
    found = Escalation.objects.visible_to(member).filter(issue=issue).exclude(status=Escalation.Status.TOLD)
    return lines_of(_loaded(found), member=member, now=now)


def lines_of(loaded: Iterable[Escalation], *, member: Membership, now: datetime) -> list[Line]:
    """Return escalations, loaded with what a line shows, as `member` reads them at `now`."""
    return [
        Line(
            escalation=one,
            clock=list_face(one.obligation, now=now) if one.obligation else None,
            may_acknowledge=one.status == Escalation.Status.OPEN
            and member.pk not in {given.member_id for given in one.acknowledgements.all()}
            and permissions.may(member, "escalation.acknowledge", organization_id=one.issue.organization_id),
        )
        for one in loaded
    ]


def still_awaited(escalation: Escalation) -> list[User]:
    """Return who still has to acknowledge before `escalation` is in hand, where all who were told must; else nobody.

    Once it is handed on, that person alone. Nobody is waited for who has left or may no longer acknowledge.
    """
    if not escalation.needs_all:
        return []
    roles = permissions.roles_with("escalation.acknowledge")
    here = Membership.objects.filter(active=True, user__is_active=True, party=Party.VENDOR, role__in=roles)
    if escalation.handed_to_id:
        here = here.filter(pk=escalation.handed_to_id)
    else:
        here = here.filter(user__in=escalation.told.all())
    done = escalation.acknowledgements.values("member")
    return [one.user for one in here.exclude(pk__in=done).select_related("user").order_by("user__name")]


def _loaded(found: EscalationQuerySet) -> EscalationQuerySet:
    return found.select_related(
        *("issue__organization", "issue__assigned_to__user", "obligation", "step"),
        *("raised_by__user", "acknowledged_by__user"),
    ).prefetch_related("acknowledgements__member__user")
