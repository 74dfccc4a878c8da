"""Making the post-mortem that an issue owes: owner, date and a timeline from the ledger (spec §7)."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Q

from slaportal.accounts.models import Membership, Party, Role
from slaportal.feedback.models import UNDONE, PostMortem, PostMortemEntry
from slaportal.feedback.services.postmortems import common
from slaportal.issues.models import Issue
from slaportal.issues.services import periods
from slaportal.ledger.models import Event

WEEK: Final = timedelta(days=7)

# What is ticked in a new draft: what somebody who was not there has to know. Everything else is one tick away.
TELLING: Final = (
    "issue.submitted",
    "classification.countered",
    "classification.agreed",
    "classification.disputed",
    "classification.decided",
    "classification.lapsed",
    "classification.reproposed",
    "obligation.breached",
    "escalation.fired",
    "escalation.raised",
    "escalation.acknowledged",
    "progress.made",
    "waiting.began",
    "waiting.ended",
    "exception.approved",
    "exception.accepted",
    "issue.resolved",
    "issue.reopened",
)


@transaction.atomic
def draft(*, issue: Issue, now: datetime) -> PostMortem | None:
    """Make the draft that `issue` owes since its resolution, and tell its owner; None if it is there already.

    Two sweeps at once make one: the issue has one row.
    """
    resolved_at = issue.resolved_at
    assert resolved_at is not None
    due_at = periods.business_days_after(
        issue, issue.agreement.policy_version.postmortem_days, start=resolved_at
    )
    planned = PostMortem(
        issue=issue,
        owner=owner_for(issue),
        created_at=now,
        counts_from=resolved_at,
        due_at=due_at,
        remind_at=first_reminder(due_at, now=now),
    )
    PostMortem.objects.bulk_create([planned], ignore_conflicts=True)
    made = PostMortem.objects.filter(reference=planned.reference).first()
    if made is None:
        return None
    made.issue, made.owner = issue, planned.owner
    tick_telling(made, since=None)
    event = common.record(
        made, "postmortem.due", actor=None, at=now, both=True, due=due_at, owner=made.owner_id
    )
    common.tell(made, "postmortem-due", cause=event, to=common.owner_or_leads(made.owner), now=now)
    return made


@transaction.atomic
def renew(*, postmortem: PostMortem, now: datetime) -> bool:
    """Count the period anew after an issue was reopened and resolved again; the timeline goes on."""
    issue, before = postmortem.issue, postmortem.counts_from
    if issue.resolved_at is None or issue.resolved_at == before or postmortem.state not in UNDONE:
        return False
    due_at = periods.business_days_after(
        issue, issue.agreement.policy_version.postmortem_days, start=issue.resolved_at
    )
    renewed = PostMortem.objects.filter(pk=postmortem.pk, counts_from=before).update(
        counts_from=issue.resolved_at, due_at=due_at, remind_at=first_reminder(due_at, now=now)
    )
    if not renewed:
        return False
    postmortem.due_at = due_at
    tick_telling(postmortem, since=before)
    common.record(postmortem, "postmortem.due_moved", actor=None, at=now, both=True, due=due_at)
    return True


def tick_telling(postmortem: PostMortem, *, since: datetime | None) -> None:
    """Tick the events that tell the story, after `since` or all."""
    events = Event.objects.about(postmortem.issue.reference).filter(kind__in=(*TELLING, "comment.added"))
    if since is not None:
        events = events.filter(at__gt=since)
    first_response = postmortem.issue.responded_at
    entries = [
        PostMortemEntry(postmortem=postmortem, event=event, at=event.at)
        for event in events
        if event.kind in TELLING or event.at == first_response
    ]
    PostMortemEntry.objects.bulk_create(entries, ignore_conflicts=True)


def owner_for(issue: Issue) -> Membership | None:
    """Return the assignee's lead: who leads and works on it, or gave it to the assignee; else the lead with least to write.

    Without any lead it is senior management's; None where nobody of either is here.
    """
    leads = Membership.objects.filter(
        active=True, user__is_active=True, party=Party.VENDOR, role=Role.VENDOR_LEAD
    ).select_related("user")
    if issue.assigned_to_id and (itself := leads.filter(pk=issue.assigned_to_id).first()):
        return itself
    given = Event.objects.about(issue.reference).filter(kind="issue.assigned", actor__in=leads)
    if (last := given.order_by("-at", "-pk").first()) and last.actor_id:
        return leads.get(pk=last.actor_id)
    open_ones = Count(
        "owned_postmortems",
        filter=Q(owned_postmortems__state__in=UNDONE, owned_postmortems__published_at=None),
    )
    least = leads.annotate(writes=open_ones).order_by("writes", "pk").first()
    if least is not None:
        return least
    seniors = Membership.objects.filter(
        active=True, user__is_active=True, party=Party.VENDOR, role=Role.SENIOR_MANAGEMENT
    )
    return seniors.select_related("user").order_by("pk").first()


def first_reminder(due_at: datetime, *, now: datetime) -> datetime:
    """Return when the owner is reminded first: on the due instant, or a week from now where that has passed."""
    return due_at if due_at > now else now + WEEK
