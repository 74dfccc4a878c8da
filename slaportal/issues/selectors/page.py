"""Everything that the page of one issue shows, read once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization, Party
from slaportal.issues.models import (
    Attachment,
    Comment,
    Dispute,
    InternalNote,
    Issue,
    Pause,
    Proposal,
    Stage,
    Vote,
)
from slaportal.issues.selectors.clocks import ClockFace, faces
from slaportal.issues.selectors.duties import Duty, duties
from slaportal.issues.selectors.effects import Effect, Promise, effects, promises
from slaportal.issues.selectors.history import clock_events
from slaportal.issues.selectors.related import later_than

AUTHOR: Final = ("author__user", "author__organization")
FILES: Final = "attachments"


@dataclass(frozen=True, slots=True)
class Side:
    """What one party says about the level in this round: its last proposal, or its yes to the other's, or nothing yet."""

    party: str
    name: str
    proposal: Proposal | None
    vote: Vote | None
    answers: list[tuple[str, str]]

    @property
    def level(self) -> str:
        """The level that this party stands for; "" before it has spoken."""
        if self.proposal is not None:
            return self.proposal.level
        return self.vote.proposal.level if self.vote else ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One level of the agreement, with whoever proposes it and what it would do to the clocks."""

    promise: Promise
    effect: Effect
    proposed_by: list[str]
    governs: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the conversation; `inside` marks an internal note of the vendor."""

    pk: int
    at: datetime
    author: Membership
    body: str
    inside: bool
    files: list[Attachment]
    response: bool = False


@dataclass(frozen=True, slots=True)
class StageStep:
    """One stage of remediation: done, now or later."""

    label: str
    state: str


@dataclass(frozen=True, slots=True)
class IssuePage:
    """The page of one issue, for one reader, at one instant."""

    issue: Issue
    clocks: list[ClockFace]
    duties: list[Duty]
    sides: list[Side]
    criteria: list[Criterion]
    effects: dict[str, Effect]
    proposals: list[Proposal]
    dispute: Dispute | None
    conversation: list[Message]
    files: list[Attachment]
    stages: list[StageStep]
    pauses: list[Pause]
    later: list[Issue]

    @property
    def standing(self) -> Proposal | None:
        """The proposal that waits for an answer; None once the level is settled."""
        return self.proposals[0] if self.issue.awaiting_level_from and self.proposals else None

    @property
    def level_needs(self) -> str:
        """Which kind of attention the level needs: waiting, disputed or settled."""
        if self.issue.awaiting_level_from:
            return "waiting"
        return "disputed" if self.issue.classification == "disputed" else "settled"

    @property
    def pause(self) -> Pause | None:
        """The last time of waiting."""
        return self.pauses[-1] if self.pauses else None


def find(member: Membership, reference: str) -> Issue | None:
    """Return the issue of `reference` if `member` may read it, with all that its page needs; else None."""
    return (
        Issue.objects.visible_to(member)
        .select_related(
            *("organization", "reported_by__user", "reported_by__organization", "on_behalf_of__user"),
            *("assigned_to__user", "duplicate_of", "follows", "agreement__organization"),
            *("agreement__calendar", "agreement__policy_version__policy"),
        )
        .prefetch_related("obligations", "watchers__user")
        .filter(reference=reference)
        .first()
    )


def page_of(issue: Issue, *, reader: Membership, now: datetime) -> IssuePage:
    """Return everything that `reader` sees of `issue` at `now`, computed from the events."""
    proposals = list(
        issue.proposals.select_related("author__user", "author__organization")
        .prefetch_related("votes__member__user", "votes__proposal")
        .order_by("-round", "-revision")
    )
    dispute = (
        issue.disputes.filter(round=issue.round)
        .select_related("opened_by__user")
        .prefetch_related("votes__member__user")
        .first()
    )
    found = effects(issue, events=clock_events(issue), now=now)
    sides = [_side(issue, party, proposals) for party in (Party.CLIENT, Party.VENDOR)]
    return IssuePage(
        issue=issue,
        clocks=faces(issue, now=now),
        duties=duties(issue, party=reader.party, reader=reader),
        sides=sides,
        criteria=_criteria(issue, sides, found),
        effects=found,
        proposals=proposals,
        dispute=dispute,
        conversation=_conversation(issue, reader),
        files=list(issue.attachments.filter(comment=None, note=None)),
        stages=_stages(issue),
        pauses=list(
            issue.pauses.select_related("requested_by__user", "contested_by__user", "judged_by__user")
        ),
        later=later_than(issue, reader=reader),
    )


def _side(issue: Issue, party: Party, proposals: list[Proposal]) -> Side:
    now_open = [one for one in proposals if one.round == issue.round]
    own = next((one for one in now_open if one.party == party), None)
    votes = [vote for one in now_open for vote in one.votes.all() if vote.party == party]
    vote = max(votes, key=lambda one: one.at, default=None)
    # A yes to the other's later proposal replaces one's own earlier one.
    if own and vote and vote.proposal_id != own.pk and vote.at > own.at:
        own = None
    name = _("Client") if party == Party.CLIENT else _("Vendor")
    return Side(party, name, own, vote if own is None else None, _answers(issue, own))


def _answers(issue: Issue, proposal: Proposal | None) -> list[tuple[str, str]]:
    """Return the questions and answers of `proposal` in the words of the policy version."""
    if proposal is None or not proposal.answers:
        return []
    found = []
    for question in issue.agreement.policy_version.impact_table.get("questions", []):
        given = proposal.answers.get(question["key"])
        text = next((one["text"] for one in question["answers"] if one["key"] == given), None)
        if text is not None:
            found.append((str(question["text"]), str(text)))
    return found


def _criteria(issue: Issue, sides: list[Side], found: dict[str, Effect]) -> list[Criterion]:
    return [
        Criterion(
            promise=promise,
            effect=found[promise.level],
            proposed_by=[side.name for side in sides if side.level == promise.level],
            governs=issue.level == promise.level,
        )
        for promise in promises(issue.agreement)
    ]


def _conversation(issue: Issue, reader: Membership) -> list[Message]:
    """Return messages and, only for those who may read them, internal notes in order of time."""
    comments: QuerySet[Comment] = issue.comments.select_related(*AUTHOR).prefetch_related(FILES)
    found = []
    for one in comments:
        first = one.author.party == Party.VENDOR and one.at == issue.responded_at
        found.append(
            Message(
                one.pk,
                one.at,
                one.author,
                one.body,
                inside=False,
                files=list(one.attachments.all()),
                response=first,
            )
        )
    if permissions.may(reader, "note.read", organization_id=issue.organization_id) and reader.is_vendor:
        notes: QuerySet[InternalNote] = issue.internal_notes.select_related(*AUTHOR).prefetch_related(FILES)
        found += [
            Message(one.pk, one.at, one.author, one.body, inside=True, files=list(one.attachments.all()))
            for one in notes
        ]
    return sorted(found, key=lambda one: one.at)


def _stages(issue: Issue) -> list[StageStep]:
    reached = list(Stage).index(Stage(issue.stage))
    found = []
    for index, stage in enumerate(Stage):
        state = "done" if index < reached or issue.stage == Stage.RESOLVED else "later"
        found.append(StageStep(str(stage.label), "now" if index == reached and state == "later" else state))
    return found


def last_report_of(member: Membership, organization: Organization) -> Issue | None:
    """Return the last issue that `member` reported for `organization`: nobody types the same environment twice."""
    return (
        Issue.objects.filter(reported_by=member, organization=organization)
        .order_by("-submitted_at", "-pk")
        .first()
    )


def colleagues(organization: Organization) -> QuerySet[Membership]:
    """Return the people of `organization` for whom an issue can be reported or who can follow it."""
    return Membership.objects.filter(
        organization=organization, active=True, user__is_active=True
    ).select_related("user", "organization")


def workers() -> QuerySet[Membership]:
    """Return the people of the vendor who can work on issues."""
    return (
        Membership.objects.filter(
            active=True,
            user__is_active=True,
            party=Party.VENDOR,
            role__in=permissions.roles_with("issue.progress"),
        )
        .select_related("user", "organization")
        .order_by("user__name")
    )
