"""Whom a step reaches: those who hold its role and are there, or their deputies (spec §5)."""

from collections.abc import Iterable
from datetime import datetime

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party, Role, User
from slaportal.escalations.models import Absence, MatrixStep, StandingException
from slaportal.issues.models import Issue
from slaportal.notifications.models import Redirect
from slaportal.policies.models import Agreement

# Whom a step reaches when nobody who holds its role is there: an overdue issue never reaches nobody.
FALLBACK = (Role.SENIOR_MANAGEMENT, Role.VENDOR_LEAD, Role.ADMIN, Role.VENDOR_AGENT)


class Presence:
    """Who of the vendor is away at one instant, and who stands in; read once, when somebody is first asked for."""

    def __init__(self, *, now: datetime) -> None:
        found = list(Absence.objects.at(now).select_related("deputy__user", "member").order_by("pk"))
        self._deputies: dict[int, list[Membership]] = {}
        for one in found:
            deputies = self._deputies.setdefault(one.member_id, [])
            if one.deputy is not None:
                deputies.append(one.deputy)
        alone = {one.member.user_id: one.member_id for one in found if one.deputy is None}
        for person, deputy in _chosen_for_mail(alone, now=now):
            self._deputies[alone[person]].append(deputy)

    def stand_ins(self, members: Iterable[Membership]) -> list[User]:
        """Return the people who act for `members`: each who is there, and for each who is away the deputies.

        A deputy who is away too passes it on to theirs. Never a person who is away or no longer here.
        """
        reached: dict[int, User] = {}
        seen: set[int] = set()
        waiting = list(members)
        while waiting:
            one = waiting.pop(0)
            if one.pk in seen:
                continue
            seen.add(one.pk)
            if one.pk in self._deputies:
                waiting += self._deputies[one.pk]
            elif one.active and one.user.is_active:
                reached[one.user_id] = one.user
        return sorted(reached.values(), key=lambda user: user.pk)


def _chosen_for_mail(people: Iterable[int], *, now: datetime) -> list[tuple[int, Membership]]:
    """Return who gets the urgent mail of `people` who named no deputy: they chose them to stand in all the same."""
    if not people:
        return []
    chosen = dict(Redirect.objects.filter(person__in=people, until__gt=now).values_list("person", "to"))
    roles = permissions.roles_with("escalation.acknowledge")
    found = Membership.objects.filter(
        user__in=chosen.values(), active=True, party=Party.VENDOR, role__in=roles
    ).select_related("user")
    by_user = {one.user_id: one for one in found}
    return [(person, by_user[to]) for person, to in chosen.items() if to in by_user]


def receivers(issue: Issue, role: str, *, now: datetime) -> list[User]:
    """Return the people whom a step for `role` reaches on `issue` at `now`; never one who is away then.

    Nobody only if nobody of the vendor is there: `enter_absence` refuses what would lead to that.
    """
    return Desk(now=now).receivers(issue, role)


def holders(role: str, *, now: datetime) -> list[User]:
    """Return who acts for `role` at `now`: those who hold it, or the first role instead for which somebody is there."""
    return Desk(now=now).holders(role)


class Desk:
    """What one round of the watch reads once, however many rows are due: the matrix, and who holds a role now."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        self._steps: dict[tuple[str, str], list[MatrixStep]] | None = None
        self._holders: dict[str, list[User]] = {}
        self._presence: Presence | None = None
        self._agreements: dict[int, Agreement] = {}
        self._standing: dict[int, list[StandingException]] | None = None

    def agreement(self, pk: int) -> Agreement:
        """Return the agreement with its organization and all that its clock reads."""
        if pk not in self._agreements:
            terms = Agreement.objects.select_related("organization", "policy_version", "calendar")
            self._agreements[pk] = terms.get(pk=pk)
        return self._agreements[pk]

    def standing(self, agreement: int) -> list[StandingException]:
        """Return the standing exceptions of an agreement that both parties let stand, earliest first."""
        if self._standing is None:
            self._standing = {}
            for one in StandingException.objects.accepted().order_by("begins_at", "pk"):
                self._standing.setdefault(one.agreement_id, []).append(one)
        return self._standing.get(agreement, [])

    def steps(self, level: str, metric: str) -> list[MatrixStep]:
        """Return the steps for `level` and `metric`, in order."""
        if self._steps is None:
            self._steps = {}
            for step in MatrixStep.objects.all():
                self._steps.setdefault((step.level, step.metric), []).append(step)
        return self._steps.get((level, metric), [])

    def receivers(self, issue: Issue, role: str) -> list[User]:
        """Return whom a step for `role` reaches on `issue`: the assignee where it is the agents' step."""
        if role == Role.VENDOR_AGENT and issue.assigned_to_id:
            assignee = Membership.objects.filter(pk=issue.assigned_to_id).select_related("user")
            found = self.stand_ins(assignee)
            if found:
                return found
        return self.holders(role)

    def holders(self, role: str) -> list[User]:
        """Return who acts for `role`, asking once per role."""
        if role not in self._holders:
            self._holders[role] = self._find(role)
        return self._holders[role]

    def stand_ins(self, members: Iterable[Membership]) -> list[User]:
        """Return who acts for `members` now: each who is there, else the deputies."""
        return self._present().stand_ins(members)

    def _find(self, role: str) -> list[User]:
        for wanted in dict.fromkeys((role, *FALLBACK)):
            members = Membership.objects.filter(active=True, party=Party.VENDOR, role=wanted)
            found = self.stand_ins(members.select_related("user"))
            if found:
                return found
        return []

    def _present(self) -> Presence:
        if self._presence is None:
            self._presence = Presence(now=self._now)
        return self._presence
