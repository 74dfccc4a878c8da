"""The staff's queues: each one question, asked in the words of the people who triage (spec §4, §5)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, Party
from slaportal.issues.models import Classification, Issue, IssueQuerySet, IssueState, Obligation, Pause
from slaportal.issues.models.issue import LIVE, WORKING
from slaportal.policies.reckoning import Outcome

SOON = timedelta(hours=2)
LONG = timedelta(days=3)
DEFAULT = "live"

Condition = Callable[[datetime, Membership | None], Q]


@dataclass(frozen=True, slots=True)
class Queue:
    """A named question over the issues that a person may read. `preset`: offered above every list."""

    key: str
    label: Any
    hint: str
    condition: Condition
    live: bool = True
    preset: bool = True


def _waiting_since(now: datetime) -> Q:
    long_pauses = Pause.objects.filter(issue=OuterRef("pk"), ended_at=None, began_at__lte=now - LONG)
    return Q(state=IssueState.WAITING) & Q(Exists(long_pauses))


def escalated() -> Exists:
    """Return whether nobody has acknowledged an escalation of the issue yet, to annotate or filter by.

    By the name of the relation: escalations stand above issues and cannot be imported here.
    """
    return Exists(Issue.objects.filter(pk=OuterRef("pk"), escalations__status="open"))


def reason_missing() -> Exists:
    """Return whether a deadline of the issue was missed without a reason on record (spec §5), to annotate or filter by.

    A granted exception for that clock is a reason. By the names of the relations, as in `escalated`.
    """
    granted = Issue.objects.filter(
        pk=OuterRef("issue"),
        exceptions__metric=OuterRef("metric"),
        exceptions__status__in=["approved", "accepted"],
    )
    missed = Obligation.objects.filter(
        issue=OuterRef("pk"), outcome=Outcome.BREACHED, breach_reason__isnull=True
    )
    return Exists(missed.exclude(Exists(granted)))


QUEUES = (
    Queue("live", "Live", "Issues that still need somebody", lambda now, member: Q()),
    Queue(
        "criticality",
        "Unanswered criticality",
        "The client proposed a level and waits for our answer",
        lambda now, member: Q(awaiting_level_from=Party.VENDOR),
    ),
    Queue(
        "unassigned",
        "Unassigned",
        "Nobody owns them yet",
        lambda now, member: Q(state__in=WORKING, assigned_to=None),
    ),
    Queue(
        "due",
        _("Due next 2 h"),
        "A deadline falls within two hours",
        lambda now, member: Q(next_due_at__gte=now, next_due_at__lte=now + SOON),
    ),
    Queue("breaching", _("Breaching"), "Past a deadline now", lambda now, member: Q(next_due_at__lt=now)),
    Queue(
        "waiting-long",
        "Waiting > 3 d",
        "Waiting for somebody for more than three days",
        lambda now, member: _waiting_since(now),
    ),
    Queue(
        "confirmation",
        _("Awaiting confirmation"),
        "Resolved; the client confirms or rejects",
        lambda now, member: Q(state=IssueState.RESOLVED),
    ),
    Queue(
        "escalated",
        "Escalated, unacknowledged",
        "Nobody has said “I have it” yet",
        lambda now, member: Q(escalated()),
    ),
    Queue(
        "reason",
        "Reason missing",
        "A deadline was missed and nobody has said why; ended issues too",
        lambda now, member: Q(reason_missing()),
        live=False,
    ),
    Queue("mine", "Mine", "Assigned to you", lambda now, member: Q(assigned_to=member)),
    Queue(
        "response",
        _("No first response"),
        "No message of ours to the client yet",
        lambda now, member: Q(state__in=WORKING, responded_at=None),
        preset=False,
    ),
    Queue(
        "level",
        _("Level not agreed"),
        "The parties have not agreed on the level",
        lambda now, member: ~Q(classification=Classification.AGREED),
        preset=False,
    ),
    Queue(
        "waiting",
        _("Waiting"),
        "Waiting for the client or a third party",
        lambda now, member: Q(state=IssueState.WAITING),
        preset=False,
    ),
    Queue("all", "All", "Ended issues too", lambda now, member: Q(), live=False),
)
BY_KEY = {queue.key: queue for queue in QUEUES}
# Questions that both parties ask; the others are the staff's own.
SHARED: Final = ("breaching", "due", "response", "level", "waiting", "confirmation")


def narrow(issues: IssueQuerySet, key: str, *, member: Membership | None, now: datetime) -> IssueQuerySet:
    """Return those of `issues` that stand in queue `key`. Raises `KeyError` for an unknown queue."""
    queue = BY_KEY[key]
    return (issues.live() if queue.live else issues).filter(queue.condition(now, member))


def counts(*, member: Membership | None, now: datetime) -> dict[str, int]:
    """Return queue → how many issues stand in it, of those that `member` may read; two queries."""
    visible = Issue.objects.visible_to(member).order_by()
    return {
        **_counted(visible.live(), [queue for queue in QUEUES if queue.live], now, member),
        **_counted(visible, [queue for queue in QUEUES if not queue.live], now, member),
    }


def counts_of(
    visible: IssueQuerySet, keys: Iterable[str], *, member: Membership | None, now: datetime
) -> dict[str, int]:
    """Return queue → how many of `visible` stand in it, for those of `keys`, all live queues; one query."""
    return _counted(visible.order_by().live(), [BY_KEY[key] for key in keys], now, member)


def next_change(visible: IssueQuerySet, *, now: datetime) -> datetime | None:
    """Return when an issue of `visible` next enters a queue by time alone: it becomes due soon, or overdue."""
    live = visible.order_by().live()
    found = live.aggregate(
        over=Min("next_due_at", filter=Q(next_due_at__gte=now)),
        soon=Min("next_due_at", filter=Q(next_due_at__gt=now + SOON)),
    )
    instants = [found["over"], found["soon"] - SOON if found["soon"] else None]
    return min((one for one in instants if one), default=None)


def _counted(
    issues: IssueQuerySet, asked: list[Queue], now: datetime, member: Membership | None
) -> dict[str, int]:
    # A filter on the state, though it changes nothing, keeps `Q()` from counting without a condition.
    states = LIVE if all(queue.live for queue in asked) else IssueState.values
    columns = {
        f"n{number}": Count("pk", filter=Q(state__in=states) & queue.condition(now, member))
        for number, queue in enumerate(asked)
    }
    found = issues.aggregate(**columns)
    return {queue.key: found[f"n{number}"] for number, queue in enumerate(asked)}


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
