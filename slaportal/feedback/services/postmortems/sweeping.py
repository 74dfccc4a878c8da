"""What is due by itself: drafts for resolved issues, issues that can close, weekly reminders (spec §7).

Each look may happen twice, late or in two processes at once: what is made is unique, what is sent is claimed by
compare-and-swap on the instant at which it was due.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from slaportal.accounts.models import Role
from slaportal.feedback.models import UNDONE, ActionItem, ActionState, PostMortem
from slaportal.feedback.services.postmortems import common, drafting, releasing
from slaportal.issues.models import Issue, IssueState
from slaportal.issues.services.acts import Conflict
from slaportal.notifications.nudging import one_ring
from slaportal.policies.models import PolicyVersion

logger = logging.getLogger(__name__)

TERMS = ("organization", "assigned_to", "agreement__policy_version", "agreement__calendar")
OF_ISSUE = tuple(f"issue__{name}" for name in TERMS)


def sweep(*, now: datetime, batch: int = 200) -> int:
    """Do everything that is due by `now`, at most `batch` rows of each kind; return how many rows were done."""
    with one_ring():
        drafted = _each(_owing()[:batch], lambda issue: drafting.draft(issue=issue, now=now) is not None)
        renewed = _each(_resolved_again()[:batch], lambda one: drafting.renew(postmortem=one, now=now))
        closed = _each(_closable()[:batch], lambda one: releasing.close_issue(one, now=now))
        reminded = _each(_postmortems_to_remind(now)[:batch], lambda one: remind_postmortem(one, now=now))
        reminded += _each(_actions_to_remind(now)[:batch], lambda one: remind_action(one, now=now))
    return drafted + renewed + closed + reminded


@transaction.atomic
def remind_postmortem(postmortem: PostMortem, *, now: datetime) -> bool:
    """Remind owner and leads that a post-mortem is overdue; return whether this call did it."""
    if not _claimed(PostMortem.objects.filter(pk=postmortem.pk), postmortem.remind_at, now=now):
        return False
    event = common.record(
        postmortem,
        "postmortem.reminded",
        actor=None,
        at=now,
        due=postmortem.due_at,
        owner=postmortem.owner_id,
    )
    to = [*common.owner_or_leads(postmortem.owner), *common.vendors(Role.VENDOR_LEAD)]
    common.tell(postmortem, "postmortem-overdue", cause=event, to=to, now=now)
    return True


@transaction.atomic
def remind_action(action: ActionItem, *, now: datetime) -> bool:
    """Remind the owner that an action is overdue; return whether this call did it."""
    if not _claimed(ActionItem.objects.filter(pk=action.pk), action.remind_at, now=now):
        return False
    event = common.record(
        action.postmortem,
        "action.reminded",
        actor=None,
        at=now,
        texts={"note": action.text},
        action=action.pk,
        owner=action.owner_id,
        due=action.overdue_from,
    )
    common.tell(
        action.postmortem,
        "action-overdue",
        cause=event,
        to=common.owner_or_leads(action.owner),
        now=now,
        due_at=action.overdue_from,
        text=action.text,
        url=f"/post-mortems/actions/{action.pk}",
    )
    return True


def next_reminder(seen: datetime, *, now: datetime) -> datetime:
    """Return the first instant after `now` that is whole weeks after `seen`: a late sweep reminds once, not thrice."""
    return seen + drafting.WEEK * ((now - seen) // drafting.WEEK + 1)


def _claimed(row: QuerySet[Any], seen: datetime | None, *, now: datetime) -> bool:
    return seen is not None and bool(
        row.filter(remind_at=seen).update(remind_at=next_reminder(seen, now=now))
    )


def _owing() -> QuerySet[Issue]:
    """Return resolved issues of the levels that owe a post-mortem and have none.

    History before the instant from which an agreement counts owes nothing.
    """
    owing = Q(pk__in=())
    for version in PolicyVersion.objects.exclude(postmortem_levels=[]):
        owing |= Q(agreement__policy_version=version, level__in=version.postmortem_levels)
    return (
        Issue.objects.filter(
            owing,
            Q(agreement__counts_from=None) | Q(agreement__counts_from__lte=F("resolved_at")),
            state__in=(IssueState.RESOLVED, IssueState.CONFIRMED),
            postmortem=None,
        )
        .select_related(*TERMS)
        .order_by("resolved_at", "pk")
    )


def _resolved_again() -> QuerySet[PostMortem]:
    """Return undone post-mortems whose issue was resolved anew after it was reopened."""
    return (
        PostMortem.objects.filter(state__in=UNDONE, published_at=None, issue__resolved_at__isnull=False)
        .exclude(counts_from=F("issue__resolved_at"))
        .select_related(*OF_ISSUE)
        .order_by("pk")
    )


def _closable() -> QuerySet[PostMortem]:
    """Return done post-mortems whose issue was confirmed after them."""
    return (
        PostMortem.objects.done()
        .filter(issue__state=IssueState.CONFIRMED)
        .select_related(*OF_ISSUE)
        .order_by("pk")
    )


def _postmortems_to_remind(now: datetime) -> QuerySet[PostMortem]:
    return (
        PostMortem.objects.undone()
        .filter(remind_at__lte=now)
        .select_related(*OF_ISSUE, "owner__user")
        .order_by("remind_at", "pk")
    )


def _actions_to_remind(now: datetime) -> QuerySet[ActionItem]:
    return (
        ActionItem.objects.filter(state=ActionState.OPEN, remind_at__lte=now)
        .select_related("owner__user", *(f"postmortem__{name}" for name in OF_ISSUE))
        .order_by("remind_at", "pk")
    )


def _each(rows: QuerySet[Any], act: Callable[[Any], bool]) -> int:
    """Do `act` for each row and count; a row that fails is logged and stops nobody else."""
    done = 0
    for row in list(rows):
        try:
            done += act(row)
        except Conflict:
            continue  # Somebody acted on it this very moment; the next round looks again.
        except Exception:
            logger.exception("The sweep of post-mortems could not do %r", row)
    return done
