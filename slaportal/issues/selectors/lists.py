"""Lists of issues: what a person sees first, with the same number of queries for one row and for a thousand."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue, IssueQuerySet
from slaportal.issues.models.issue import LIVE
from slaportal.issues.selectors.clocks import ClockFace, next_face
from slaportal.issues.selectors.duties import Duty, duties

TABS = ("open", "all", "mine")
WAITING_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One issue of a list: its next running clock and whose turn it is."""

    issue: Issue
    clock: ClockFace | None
    duty: Duty | None


def of_tab(issues: IssueQuerySet, tab: str, *, member: Membership) -> IssueQuerySet:
    """Return the issues of one tab in its order: open and mine by next deadline, all with the newest first."""
    if tab == "all":
        return issues.order_by("-submitted_at", "-pk")
    if tab == "mine":
        return issues.filter(mine(member)).live().by_urgency()
    return issues.live().by_urgency()


def mine(member: Membership) -> Q:
    """Return the condition for issues that `member` works on (vendor), or reported, is affected by or watches (client)."""
    if member.is_vendor:
        return Q(assigned_to=member)
    # By id, since a join on the watchers would show an issue once for each of them.
    watched = member.watched_issues.order_by().values("pk")
    return Q(reported_by=member) | Q(on_behalf_of=member) | Q(pk__in=watched)


def counts(issues: IssueQuerySet, *, member: Membership) -> dict[str, int]:
    """Return tab → how many issues it has; one query."""
    live = Q(state__in=LIVE)
    found: dict[str, int] = issues.order_by().aggregate(
        all=Count("pk"), open=Count("pk", filter=live), mine=Count("pk", filter=live & mine(member))
    )
    return found


def with_rows(issues: IssueQuerySet) -> IssueQuerySet:
    """Return `issues` with everything that `rows` reads of them."""
    return issues.select_related("organization", "assigned_to__user").prefetch_related("obligations")


def rows(issues: list[Issue], *, member: Membership, now: datetime) -> list[Row]:
    """Return `issues`, loaded by `with_rows`, as rows of a list."""
    found = []
    for issue in issues:
        owed = duties(issue, party=member.party, reader=member)
        face = next_face(issue.obligations.all(), now=now) if issue.is_live else None
        found.append(Row(issue, face, owed[0] if owed else None))
    return found


def awaiting_answer(issues: IssueQuerySet, *, member: Membership, now: datetime) -> tuple[list[Row], int]:
    """Return the issues whose level waits for an answer of the member's party, soonest first, and how many there are."""
    waiting = issues.awaiting_level_from(member.party).order_by("answer_due_at", "pk")
    first = rows(list(with_rows(waiting)[:WAITING_SHOWN]), member=member, now=now)
    return first, len(first) if len(first) < WAITING_SHOWN else waiting.order_by().count()
