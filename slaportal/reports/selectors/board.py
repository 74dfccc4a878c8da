"""The dashboard: six cards and the progress of what matters most, as one reader sees them at one instant.

Everybody who shows these numbers asks here (dashboard, wallboard, the admin's front page), and every number is that
of the queue to which it leads (`issues.selectors.queues`), so that they cannot disagree.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.feedback.selectors import overdue_actions, overdue_postmortems
from slaportal.issues.models import Issue, IssueQuerySet, Obligation, Stage
from slaportal.issues.selectors import queues
from slaportal.issues.selectors.clocks import ClockFace, next_face
from slaportal.lib.durations import spoken
from slaportal.policies.models import Criticality
from slaportal.policies.reckoning import State
from slaportal.reports.selectors.month import Month, month_of
from slaportal.reports.selectors.viewpoints import Viewpoint

# Queue, words, shape and tone of each card; the tone holds while the number is not 0.
CARDS: Final = (
    ("breaching", _("Breaching now"), "breaching", "breach"),
    ("due", _("Due in the next 2 h"), "at_risk", "risk"),
    ("response", _("Waiting for first response"), "not_started", "run"),
    ("level", _("Waiting for agreement on level"), "high", "run"),
    ("waiting", _("Waiting or paused"), "paused", "calm"),
)
KEYS: Final = tuple(key for key, *_words in CARDS)
WATCHED: Final = (Criticality.CRITICAL, Criticality.HIGH)
SHOWN, WORK_SHOWN = 5, 12
COUNTED: Final = ("running", "at_risk", "breaching")
# Nothing is trusted for longer, although every change by time is known in advance.
LONGEST: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Line:
    """One issue on the board."""

    issue: Issue
    now: datetime

    @property
    def clock(self) -> ClockFace | None:
        """The clock that needs somebody first, worded for whoever reads it now: boards are shared, languages not."""
        face = next_face(self.issue.obligations.all(), now=self.now)
        if face is None or face.due is None or face.state not in COUNTED:
            return face
        # Lists word the time by the clock on the wall, so the browser may count it on.
        return replace(face, remaining_seconds=int((face.due - self.now).total_seconds()))

    @property
    def brief(self) -> ClockFace | None:
        """The same in so few words as fit beside a title."""
        face = self.clock
        if face is None or face.remaining_seconds is None or face.due is None:
            return face
        words = gettext("%(time)s late") if face.state == "breaching" else gettext("%(time)s left")
        return replace(face, headline=words % {"time": spoken(face.due - self.now)}, provisional=False)

    @property
    def facts(self) -> tuple[Any, ...]:
        """What the line says, without the words that change from minute to minute."""
        issue, clock = self.issue, self.clock
        return (
            *(issue.reference, issue.title, issue.organization.name, issue.level, issue.provisional),
            *(issue.state, issue.waiting_on, issue.awaiting_level_from, issue.classification),
            (clock.metric, clock.state, clock.due, clock.reopened) if clock else None,
        )


@dataclass(frozen=True, slots=True)
class Card:
    """One queue: how many stand in it, and the most urgent of them."""

    key: str
    label: Any
    hint: str
    count: int
    shape: str
    tone: str
    lines: tuple[Line, ...] = ()

    @property
    def more(self) -> int:
        """How many the card does not list."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of remediation; `state` is done, now or later."""

    label: Any
    state: str


@dataclass(frozen=True, slots=True)
class Work:
    """The remediation of one issue: stages, percentage, and the update that was promised."""

    line: Line
    steps: tuple[Step, ...]
    late: bool

    @property
    def facts(self) -> tuple[Any, ...]:
        """What it says, without the words that change from minute to minute."""
        issue = self.line.issue
        return (*self.line.facts, issue.stage, issue.percent, issue.next_update_at, self.late)


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that somebody owes, and how many of it: escalations, postmortems or actions."""

    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Board:
    """The dashboard at `now`. No card of it changes before `until` unless the ledger grows.

    `open` says how many live issues of each watched level there are; `work` lists the most urgent of them. `owed`
    holds what is overdue beside the clocks, without zeros.
    """

    cards: tuple[Card, ...]
    month: Month
    work: tuple[Work, ...]
    open: tuple[tuple[str, int], ...]
    owed: tuple[Owed, ...]
    now: datetime
    until: datetime

    @property
    def more_work(self) -> int:
        """How many open Critical and High issues are not listed."""
        return sum(number for _level, number in self.open) - len(self.work)

    @property
    def fingerprint(self) -> str:
        """A name for what the board says: two boards with the same one look alike, whenever they were made.

        It is the event id of the stream. The ledger's own numbers would tell one client how much others do.
        """
        said = (
            [(card.key, card.count, [line.facts for line in card.lines]) for card in self.cards],
            [(line.level, line.response.data(), line.resolution.data()) for line in self.month.lines],
            (self.month.first, self.month.zones, self.open, self.owed, [one.facts for one in self.work]),
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()[:20]


def figures(issues: IssueQuerySet, *, member: Membership, now: datetime) -> tuple[Card, ...]:
    """Return the cards of the five queues without their lists."""
    counts = queues.counts_of(issues, KEYS, member=member, now=now)
    return tuple(
        Card(key, label, str(queues.BY_KEY[key].hint), counts[key], shape, tone if counts[key] else "calm")
        for key, label, shape, tone in CARDS
    )


def unacknowledged(issues: IssueQuerySet, *, member: Membership, now: datetime) -> int:
    """Return how many of `issues` have an escalation that nobody has acknowledged."""
    return queues.counts_of(issues, ["escalated"], member=member, now=now)["escalated"]


def board(viewpoint: Viewpoint, *, now: datetime) -> Board:
    """Return the dashboard of `viewpoint` at `now`; the number of queries does not depend on the number of issues."""
    issues = viewpoint.issues()
    cards = figures(issues, member=viewpoint.member, now=now)
    listed = {
        card.key: [
            *queues.narrow(issues, card.key, member=viewpoint.member, now=now)
            .by_urgency()
            .values_list("pk", flat=True)[:SHOWN]
        ]
        if card.count
        else []
        for card in cards
    }
    watched = issues.order_by().live().filter(level__in=WATCHED)
    numbers = dict(watched.values_list("level").annotate(number=Count("pk")).order_by())
    # Critical comes before High in the alphabet too.
    urgent = watched.order_by("level", F("next_due_at").asc(nulls_last=True), "pk")
    working = list(urgent.values_list("pk", flat=True)[:WORK_SHOWN])
    lines = _lines({*working, *(pk for pks in listed.values() for pk in pks)}, now=now)
    month = month_of(viewpoint, now=now)
    work = tuple(_work(lines[pk], now) for pk in working)
    changes = [
        queues.next_change(issues, now=now),
        month.ends,
        *(_turns_risky(line, now) for line in lines.values()),
        *(one.line.issue.next_update_at for one in work if not one.late),
    ]
    return Board(
        cards=tuple(_with_lines(card, [lines[pk] for pk in listed[card.key]]) for card in cards),
        month=month,
        work=work,
        open=tuple((str(level), numbers.get(level, 0)) for level in WATCHED),
        owed=_owed(viewpoint, issues, now),
        now=now,
        until=min([one for one in changes if one is not None and one >= now] + [now + LONGEST]),
    )


def _owed(viewpoint: Viewpoint, issues: IssueQuerySet, now: datetime) -> tuple[Owed, ...]:
    member, client = viewpoint.member, viewpoint.client
    found = [
        Owed("escalations", unacknowledged(issues, member=member, now=now) if member.is_vendor else 0),
        Owed("postmortems", overdue_postmortems(now=now, member=member, organization=client).count()),
        Owed("actions", overdue_actions(now=now, member=member, organization=client).count()),
    ]
    return tuple(one for one in found if one.count)


def _with_lines(card: Card, lines: list[Line]) -> Card:
    return Card(card.key, card.label, card.hint, card.count, card.shape, card.tone, tuple(lines))


def _lines(pks: Iterable[int], *, now: datetime) -> dict[int, Line]:
    found = Issue.objects.filter(pk__in=pks).select_related("organization").prefetch_related("obligations")
    return {one.pk: Line(one, now) for one in found}


def _work(line: Line, now: datetime) -> Work:
    issue = line.issue
    at = Stage.values.index(issue.stage)
    steps = tuple(
        Step(stage.label, "done" if number < at else "now" if number == at else "later")
        for number, stage in enumerate(Stage)
    )
    return Work(line, steps, late=issue.next_update_at is not None and issue.next_update_at < now)


def _turns_risky(line: Line, now: datetime) -> datetime | None:
    """Return when the clock of the line will be shown as at risk (`issues.selectors.clocks.list_face`)."""
    obligations: list[Obligation] = list(line.issue.obligations.all())
    instants = [
        one.due_at - (one.due_at - one.started_at) / 4
        for one in obligations
        if one.state == State.RUNNING and one.due_at is not None
    ]
    return min((one for one in instants if one > now), default=None)
