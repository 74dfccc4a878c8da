"""Which post-mortems and actions there are, which are overdue, and how punctual they were (spec §7)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from slaportal.accounts.models import Membership, Organization
from slaportal.feedback.models import (
    COMMITTED,
    ActionItem,
    ActionItemQuerySet,
    ActionState,
    PostMortem,
    PostMortemQuerySet,
)
from slaportal.issues.models import Issue

ISSUE = ("issue__organization", "issue__agreement")
PEOPLE = ("owner__user", "submitted_by__user", "reviewed_by__user", "waiver_by__user", "waived_by__user")


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How many fell due in a period, and how many of these were done by their date (users.md C4)."""

    due: int
    in_time: int


def overdue_postmortems(
    *, now: datetime, member: Membership | None = None, organization: Organization | None = None
) -> PostMortemQuerySet:
    """Return the post-mortems that should have been published by `now`, the oldest first.

    Give the `member` for whose eyes it is, or the `organization` that a report is about, or both.
    """
    found = PostMortem.objects.visible_to(member) if member is not None else PostMortem.objects.all()
    if organization is not None:
        found = found.filter(issue__organization=organization)
    return found.overdue(now).select_related(*ISSUE, "owner__user").order_by("due_at", "pk")


def overdue_actions(
    *, now: datetime, member: Membership | None = None, organization: Organization | None = None
) -> ActionItemQuerySet:
    """Return the committed actions whose day has passed by `now`, the oldest first; arguments as above.

    For an `organization` without a `member`: what was promised to that client in a published edition.
    """
    found = ActionItem.objects.all() if member is None else ActionItem.objects.visible_to(member)
    if organization is not None:
        found = found.filter(postmortem__issue__organization=organization)
        if member is None:
            found = found.filter(for_client=True, promised_at__isnull=False)
    return found.overdue(now).select_related("owner__user", "postmortem__issue__organization")


def postmortem_punctuality(*, organization: Organization, begin: datetime, end: datetime) -> Punctuality:
    """Return how many post-mortems fell due in `[begin, end)` and how many were published by then; no waived ones."""
    due = PostMortem.objects.filter(
        issue__organization=organization, due_at__gte=begin, due_at__lt=end
    ).exclude(state="waived")
    return Punctuality(
        **due.aggregate(due=Count("pk"), in_time=Count("pk", Q(published_at__lte=F("due_at"))))
    )


def action_punctuality(*, organization: Organization, begin: datetime, end: datetime) -> Punctuality:
    """Return how many promised actions fell due in `[begin, end)` and how many were done by then; no dropped ones."""
    due = ActionItem.objects.filter(
        postmortem__issue__organization=organization,
        state__in=COMMITTED,
        for_client=True,
        promised_at__isnull=False,
        overdue_from__gte=begin,
        overdue_from__lt=end,
    ).exclude(state=ActionState.DROPPED)
    done = Q(state=ActionState.DONE, ended_at__lt=F("overdue_from"))
    return Punctuality(**due.aggregate(due=Count("pk"), in_time=Count("pk", done)))


def postmortem_of(issue: Issue) -> PostMortem | None:
    """Return the post-mortem of `issue`, if there is one by now."""
    return PostMortem.objects.filter(issue=issue).select_related("owner__user").first()
