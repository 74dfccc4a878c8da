"""What the page of one escalation shows: what is late, why, who works on it, and what the reader may do."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party, Role
from slaportal.escalations import links
from slaportal.escalations.models import Absence, BreachReason, Escalation, SlaException
from slaportal.escalations.selectors.exceptions import visible_exceptions
from slaportal.escalations.selectors.lines import still_awaited
from slaportal.escalations.selectors.reasons import reasons_missing, reasons_of
from slaportal.issues.models import Issue
from slaportal.issues.selectors.clocks import ClockFace, faces
from slaportal.issues.selectors.timeline import Entry, timeline
from slaportal.issues.services import acts

RECEIVERS = (Role.VENDOR_LEAD, Role.SENIOR_MANAGEMENT)


@dataclass(frozen=True, slots=True)
class EscalationPage:
    """One escalation as `member` reads it. `clocks`: the one it is about first; `may`: names of acts possible now."""

    escalation: Escalation
    issue: Issue
    clocks: list[ClockFace]
    reasons: list[BreachReason]
    missing: list[str]
    exceptions: list[SlaException]
    history: list[Entry]
    told: list[str]
    awaited: list[str]
    may: list[str]


def escalation_for(member: Membership, pk: int) -> Escalation | None:
    """Return the escalation with all that its page and its acts need; None if `member` may not read its issue."""
    return _loaded(Escalation.objects.visible_to(member), pk)


def ticket_holder(token: str, *, now: datetime) -> tuple[Escalation, Membership] | None:
    """Return the escalation of a signed link and the member of the vendor for whom it was made.

    None if the link is not ours or too old, if the person's access has ended since, or may not acknowledge any more.
    """
    ticket = links.read(token, now=now)
    if ticket is None:
        return None
    member = (
        Membership.objects.filter(user=ticket.user, user__is_active=True, active=True, party=Party.VENDOR)
        .select_related("user", "organization")
        .first()
    )
    escalation = _loaded(Escalation.objects.visible_to(member), ticket.escalation)
    if (
        member is None
        or escalation is None
        or not acts.can(escalation.issue, member, "escalation.acknowledge")
    ):
        return None
    return escalation, member


def page_of(escalation: Escalation, *, member: Membership, now: datetime) -> EscalationPage:
    """Return everything that the page shows at `now`."""
    issue = escalation.issue
    metric = escalation.obligation.metric if escalation.obligation else ""
    ordered = sorted(faces(issue, now=now), key=lambda one: one.metric != metric)
    about = [one for one in ordered if not metric or one.metric == metric]
    return EscalationPage(
        escalation=escalation,
        issue=issue,
        clocks=about,
        reasons=[one for one in reasons_of(issue) if not metric or one.obligation.metric == metric],
        missing=reasons_missing(issue),
        exceptions=[
            one
            for one in visible_exceptions(member).filter(issue=issue)
            if one.metric == metric or not metric
        ],
        history=_history(escalation, member),
        told=[str(user) for user in escalation.told.order_by("pk")] if member.is_vendor else [],
        awaited=[str(user) for user in still_awaited(escalation)]
        if escalation.status == Escalation.Status.OPEN
        else [],
        may=_may(escalation, member),
    )


def hand_on_candidates(member: Membership, *, now: datetime) -> QuerySet[Membership]:
    """Return the leads and managers to whom `member` may hand an escalation on: those who are there now."""
    return (
        Membership.objects.filter(active=True, user__is_active=True, party=Party.VENDOR, role__in=RECEIVERS)
        .exclude(pk=member.pk)
        .exclude(pk__in=Absence.objects.at(now).values("member"))
        .select_related("user")
        .order_by("user__name")
    )


def _loaded(visible: QuerySet[Escalation], pk: int) -> Escalation | None:
    return (
        visible.select_related(
            *("issue__organization", "issue__agreement__policy_version", "issue__agreement__calendar"),
            *("issue__assigned_to__user", "obligation", "step", "raised_by__user"),
            *("acknowledged_by__user", "handed_to__user", "closed_by__user"),
        )
        .filter(pk=pk)
        .first()
    )


def _may(escalation: Escalation, member: Membership) -> list[str]:
    """Return the acts that `member` may do now, in the order of the page."""
    issue, status = escalation.issue, escalation.status
    found = []
    if permissions.may(member, "escalation.acknowledge", organization_id=issue.organization_id):
        live = status in (Escalation.Status.OPEN, Escalation.Status.ACKNOWLEDGED)
        if (
            status == Escalation.Status.OPEN
            and not escalation.acknowledgements.filter(member=member).exists()
        ):
            found.append("acknowledge")
        takes = (
            issue.assigned_to_id != member.pk and issue.is_live and acts.can(issue, member, "issue.assign")
        )
        if live and takes:
            found.append("take-over")
        if live:
            found.append("hand-on")
        if live and escalation.by_hand:
            found.append("close")
        if issue.is_live and acts.can(issue, member, "comment.write"):
            found.append("comment")
    return found


def _history(escalation: Escalation, member: Membership) -> list[Entry]:
    entries = timeline(escalation.issue, reader=member, group="escalations")
    return [
        one for one in entries if json.loads(one.event.payload)["data"].get("escalation") == escalation.pk
    ]
