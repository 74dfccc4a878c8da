"""The staff's queues: each one question, asked in the words of the people who triage (spec §4, §5)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, Party
from slaportal.issues.models import (
    Classification,
    Comment,
    Issue,
    IssueQuerySet,
    IssueState,
    Obligation,
    Pause,
)
from slaportal.issues.models.issue import LIVE, WORKING
from slaportal.issues.models.obligation import ObligationQuerySet
from slaportal.policies.reckoning import Outcome

SOON = timedelta(hours=2)
LONG = timedelta(days=3)
DEFAULT = "live"

Condition = Callable[[datetime, Membership | None], Q]


@dataclass(frozen=True, slots=True)
class Queue:
    """A named question over the issues that a person may read. `preset`: offered above every list."""

    key: str
    label: str | Promise
    hint: str | Promise
    condition: Condition
    live: bool = True
    preset: bool = True


# Conditions go by lists of ids, which the engines read once; `Exists` would be asked again for each of very many
# issues. Rows of a page are few: for them it is the other way around.


def _waiting_since(now: datetime) -> Q:
    long_pauses = Pause.objects.filter(ended_at=None, began_at__lte=now - LONG)
    return Q(state=IssueState.WAITING, pk__in=long_pauses.values("issue"))


def _silent_since(now: datetime) -> Q:
    """Return the condition for issues of which the client has heard nothing from us for long, or not as promised."""
    told = Comment.objects.filter(at__gt=now - LONG, author__party=Party.VENDOR).order_by()
    long_quiet = Q(submitted_at__lte=now - LONG) & ~Q(pk__in=told.values("issue"))
    return Q(state=IssueState.OPEN) & (long_quiet | Q(next_update_at__lt=now))


def _escalated() -> IssueQuerySet:
    """Return the issues with an escalation that nobody has acknowledged yet.

    By the name of the relation: escalations stand above issues and cannot be imported here.
    """
    return Issue.objects.filter(escalations__status="open").order_by()


def _unexplained() -> ObligationQuerySet:
    """Return the missed deadlines without a reason on record (spec §5); a granted exception for a clock is a reason.

    By the names of the relations, as in `_escalated`.
    """
    granted = Issue.objects.filter(
        pk=OuterRef("issue"),
        exceptions__metric=OuterRef("metric"),
        exceptions__status__in=["approved", "accepted"],
    )
    missed = Obligation.objects.filter(outcome=Outcome.BREACHED, breach_reason__isnull=True)
    return missed.exclude(Exists(granted))


def escalated() -> Exists:
    """Return whether nobody has acknowledged an escalation of the issue yet, for the rows of a page."""
    return Exists(_escalated().filter(pk=OuterRef("pk")))


def reason_missing() -> Exists:
    """Return whether a deadline of the issue was missed without a reason on record, for the rows of a page."""
    return Exists(_unexplained().filter(issue=OuterRef("pk")))


QUEUES = (
    Queue("live", _("Live"), _("Issues that still need somebody"), lambda now, member: Q()),
    Queue(
        "criticality",
        _("Unanswered criticality"),
        _("The client proposed a level and waits for our answer"),
        lambda now, member: Q(awaiting_level_from=Party.VENDOR),
    ),
    Queue(
        "unassigned",
        _("Unassigned"),
        _("Nobody owns them yet"),
        lambda now, member: Q(state__in=WORKING, assigned_to=None),
    ),
    Queue(
        "due",
        _("Due next 2 h"),
        _("A deadline falls within two hours"),
        lambda now, member: Q(next_due_at__gte=now, next_due_at__lte=now + SOON),
    ),
    Queue("breaching", _("Breaching"), _("Past a deadline now"), lambda now, member: Q(next_due_at__lt=now)),
    Queue(
        "waiting-long",
        _("Waiting > 3 d"),
        _("Waiting for somebody for more than three days"),
        lambda now, member: _waiting_since(now),
    ),
    Queue(
        "silent",
        _("No public update"),
        _("No message to the client for three days, or a promised update is overdue"),
        lambda now, member: _silent_since(now),
    ),
    Queue(
        "confirmation",
        _("Awaiting confirmation"),
        _("Resolved; the client confirms or rejects"),
        lambda now, member: Q(state=IssueState.RESOLVED),
    ),
    Queue(
        "escalated",
        _("Escalated, unacknowledged"),
        _("Nobody has said “I have it” yet"),
        lambda now, member: Q(pk__in=_escalated().values("pk")),
    ),
    Queue(
        "reason",
        _("Reason missing"),
        _("A deadline was missed and nobody has said why; ended issues too"),
        lambda now, member: Q(pk__in=_unexplained().values("issue")),
        live=False,
    ),
    Queue("mine", _("Mine"), _("Assigned to you"), lambda now, member: Q(assigned_to=member)),
    Queue(
        "response",
        _("No first response"),
        _("No message of ours to the client yet"),
        lambda now, member: Q(state__in=WORKING, responded_at=None),
        preset=False,
    ),
    Queue(
        "level",
        _("Level not agreed"),
        _("The parties have not agreed on the level"),
        lambda now, member: ~Q(classification=Classification.AGREED),
        preset=False,
    ),
    Queue(
        "waiting",
        _("Waiting"),
        _("Waiting for the client or a third party"),
        lambda now, member: Q(state=IssueState.WAITING),
        preset=False,
    ),
    Queue("all", _("All"), _("Ended issues too"), lambda now, member: Q(), live=False),
)
BY_KEY = {queue.key: queue for queue in QUEUES}
# Questions that both parties ask; the others are the staff's own.
SHARED: Final = ("breaching", "due", "response", "level", "waiting", "confirmation", "escalated")


def narrow(issues: IssueQuerySet, key: str, *, member: Membership | None, now: datetime) -> IssueQuerySet:
    """Return those of `issues` that stand in queue `key`. Raises `KeyError` for an unknown queue."""
    queue = BY_KEY[key]
    return (issues.live() if queue.live else issues).filter(queue.condition(now, member))


def counts(keys: Iterable[str], *, member: Membership | None, now: datetime) -> dict[str, int]:
    """Return for each queue of `keys` how many issues stand in it, of those that `member` may read.

    The live ones are counted in one walk over what is live. Raises `KeyError` for an unknown queue.
    """
    return counts_of(Issue.objects.visible_to(member), keys, member=member, now=now)


def counts_of(
    visible: IssueQuerySet, keys: Iterable[str], *, member: Membership | None, now: datetime
) -> dict[str, int]:
    """Return for each queue of `keys` how many of `visible` stand in it, as `counts`."""
    asked = [BY_KEY[key] for key in keys]
    issues = visible.order_by()
    # A filter on the state, though it changes nothing, keeps `Q()` from counting without a condition.
    columns = {
        f"n{number}": Count("pk", filter=Q(state__in=LIVE) & queue.condition(now, member))
        for number, queue in enumerate(asked)
        if queue.live
    }
    live = issues.live().aggregate(**columns)
    return {
        queue.key: live[f"n{number}"]
        if queue.live
        else narrow(issues, queue.key, member=member, now=now).count()
        for number, queue in enumerate(asked)
    }


def next_change(visible: IssueQuerySet, *, now: datetime) -> datetime | None:
    """Return when an issue of `visible` next enters a queue by time alone: it becomes due soon, or overdue."""
    live = visible.order_by().live()
    found = live.aggregate(
        over=Min("next_due_at", filter=Q(next_due_at__gte=now)),
        soon=Min("next_due_at", filter=Q(next_due_at__gt=now + SOON)),
    )
    instants = [found["over"], found["soon"] - SOON if found["soon"] else None]
    return min((one for one in instants if one), default=None)


def needs_you_now(*, member: Membership | None) -> Issue | None:
    """Return the issue whose next deadline comes first, of those that `member` owns or nobody does."""
    return (
        Issue.objects.visible_to(member)
        .live()
        .filter(Q(assigned_to=member) | Q(assigned_to=None), next_due_at__isnull=False)
        .select_related("organization", "assigned_to__user")
        .prefetch_related("obligations")
        .order_by(F("next_due_at").asc(), "submitted_at", "pk")
        .first()
    )
