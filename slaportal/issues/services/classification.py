"""Joint classification: both parties agree on the level, and neither can speak for the other (spec §3)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party, User
from slaportal.issues.models import Classification, DeciderVote, Dispute, Issue, Proposal, Vote
from slaportal.issues.services import acts, obligations, periods, reminding, timed
from slaportal.issues.services.settling import settle
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.lib.wording import in_sentence, neutral
from slaportal.policies.models import Criticality
from slaportal.policies.reckoning import LEVELS


class NotYourTurn(Refused):
    """The actor's party spoke last; the answer is the other party's."""


@transaction.atomic
def agree(*, issue: Issue, actor: Membership, now: datetime, proposal: Proposal | None = None) -> Vote:
    """Say yes, for one's own party, to the proposal of the other (spec §3).

    `proposal` is the one the person saw: if another has come since, the vote is refused, never moved over.
    Raises `NotAllowed`, `NotYourTurn` or `Refused`.
    """
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "classification.agree")
    standing = _standing(issue)
    if proposal is not None and proposal.pk != standing.pk:
        raise Refused(
            _(
                "This proposal (%(seen)s) was replaced by %(standing)s: "
                "“%(reason)s”. Read it and answer that one."
            )
            % {
                "seen": proposal.get_level_display(),
                "standing": standing.get_level_display(),
                "reason": standing.reason,
            }
        )
    _check_turn(issue, actor)
    vote = _vote(standing, actor, now)
    event = acts.record(
        issue, "classification.agreed", actor=actor, at=now, proposal=standing.pk, level=standing.level
    )
    settle(issue, standing.level, how="agreed", at=now, now=now)
    for party in Party:
        acts.tell(
            issue, "classification-agreed", cause=event, to=issue.people_of(party), now=now, actor=actor
        )
    return vote


@transaction.atomic
def counter(*, issue: Issue, level: str, reason: str, actor: Membership, now: datetime) -> Proposal:
    """Offer another level than the one the other party proposed (spec §3).

    Each party counters once in a round; after that the deciders choose. Raises `NotAllowed`, `NotYourTurn` or
    `Refused`.
    """
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "classification.propose")
    standing = _standing(issue)
    _check_turn(issue, actor)
    _check_level_and_reason(level, reason)
    if level == standing.level:
        raise Refused(
            _("%(level)s is what the other party proposes. Agree to it instead.")
            % {"level": standing.get_level_display()}
        )
    if issue.proposals.filter(round=issue.round, revision__gt=1, party=actor.party).exists():
        raise Refused(_("Your party has countered once already. Agree, or take it to the deciders."))
    level_before = neutral(issue.get_level_display)
    proposal = _propose(issue, level, reason, actor, now, revision=standing.revision + 1)
    issue.classification = Classification.COUNTERED
    _await(issue, proposal)
    acts.save(issue, "classification", "awaiting_level_from", "answer_due_at", now=now)
    reminding.remind_of_answer(issue, start=now)
    event = acts.record(
        issue,
        "classification.countered",
        actor=actor,
        at=now,
        texts={"reason": reason},
        proposal=proposal.pk,
        level=level,
        before=standing.level,
    )
    _govern_provisionally(issue, now=now)
    acts.tell(
        issue,
        "classification-countered",
        cause=event,
        to=issue.people_of(Party(actor.party).other),
        now=now,
        actor=actor,
        reason=reason,
        old_level=level_before,
        new_level=neutral(proposal.get_level_display),
        answer_by=issue.answer_due_at,
    )
    return proposal


@transaction.atomic
def dispute(*, issue: Issue, reason: str, actor: Membership, now: datetime) -> Dispute:
    """Take the level to the deciders, one of each party; possible once somebody has countered (spec §3)."""
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "classification.dispute")
    standing = _standing(issue)
    if standing.revision < 2:
        raise Refused(_("A dispute needs a counter-proposal first. Say which level you propose and why."))
    if not reason.strip():
        raise Refused(_("Say in a sentence why the parties cannot agree."))
    opened = Dispute.objects.create(
        issue=issue, round=issue.round, opened_by=actor, reason=tidy(reason), at=now
    )
    issue.classification = Classification.DISPUTED
    issue.awaiting_level_from, issue.answer_due_at = "", None
    acts.save(issue, "classification", "awaiting_level_from", "answer_due_at", now=now)
    event = acts.record(
        issue, "classification.disputed", actor=actor, at=now, texts={"reason": reason}, dispute=opened.pk
    )
    for party in Party:
        acts.tell(
            issue,
            "classification-disputed",
            cause=event,
            to=[*issue.people_of(party), *deciders(issue, party)],
            now=now,
            actor=actor,
            reason=reason,
            old_level=_last_of(issue, Party(standing.party).other),
            new_level=neutral(standing.get_level_display),
        )
    return opened


@transaction.atomic
def decide(*, issue: Issue, level: str, actor: Membership, now: datetime) -> DeciderVote:
    """Choose a level as one of the two deciders; the same level from both parties decides (spec §3)."""
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "classification.decide")
    if issue.classification != Classification.DISPUTED:
        raise Refused(_("There is no dispute to decide."))
    if level not in Criticality.values:
        raise Refused(
            _("“%(level)s” is not a level. Choose Critical, High, Medium or Low.") % {"level": level}
        )
    case = issue.disputes.get(round=issue.round)
    vote = DeciderVote.objects.create(dispute=case, party=actor.party, member=actor, level=level, at=now)
    acts.record(issue, "classification.decider_chose", actor=actor, at=now, dispute=case.pk, level=level)
    acts.save(issue, now=now)
    chosen = {one.party: one.level for one in case.votes.all()}
    if chosen.get(Party.CLIENT) != chosen.get(Party.VENDOR):
        return vote
    event = acts.record(issue, "classification.decided", actor=None, at=now, dispute=case.pk, level=level)
    settle(issue, level, how="decided", at=now, now=now)
    for party in Party:
        acts.tell(
            issue,
            "classification-decided",
            cause=event,
            to=issue.people_of(party),
            now=now,
            reason=case.reason,
        )
    return vote


@transaction.atomic
def repropose(*, issue: Issue, level: str, reason: str, actor: Membership, now: datetime) -> Proposal:
    """Propose another level later, with the new fact as reason; the agreed one stays in force (spec §3)."""
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "classification.propose")
    if issue.classification != Classification.AGREED:
        raise Refused(_("The level is still being agreed. Answer the standing proposal instead."))
    if not issue.is_live:
        raise Refused(_("This issue has ended; its level can no longer change."))
    _check_level_and_reason(level, reason)
    if level == issue.level:
        raise Refused(_("%(level)s is the agreed level already.") % {"level": issue.get_level_display()})
    issue.round += 1
    proposal = _propose(issue, level, reason, actor, now, revision=1)
    issue.classification = Classification.PROPOSED
    _await(issue, proposal)
    acts.save(issue, "round", "classification", "awaiting_level_from", "answer_due_at", now=now)
    reminding.remind_of_answer(issue, start=now)
    event = acts.record(
        issue,
        "classification.reproposed",
        actor=actor,
        at=now,
        texts={"reason": reason},
        proposal=proposal.pk,
        level=level,
    )
    acts.tell(
        issue,
        "classification-reproposed",
        cause=event,
        to=issue.people_of(Party(actor.party).other),
        now=now,
        actor=actor,
        reason=reason,
        old_level=neutral(issue.get_level_display),
        new_level=neutral(proposal.get_level_display),
        answer_by=issue.answer_due_at,
    )
    return proposal


def deciders(issue: Issue, party: str) -> list[User]:
    """Return the people who may decide a dispute for `party`."""
    members = Membership.objects.filter(
        active=True,
        user__is_active=True,
        party=party,
        role__in=permissions.roles_with("classification.decide"),
    )
    if party == Party.CLIENT:
        members = members.filter(organization=issue.organization_id)
    return list(User.objects.filter(memberships__in=members).distinct())


def _standing(issue: Issue) -> Proposal:
    """Return the proposal that waits for an answer. Raises `Refused` where there is none."""
    if issue.classification == Classification.AGREED:
        raise Refused(
            _("The level is agreed: %(level)s. Propose another with the new fact.")
            % {"level": issue.get_level_display()}
        )
    if issue.classification == Classification.DISPUTED:
        raise Refused(_("The level is with the deciders now."))
    return issue.proposals.filter(round=issue.round).latest("revision")


def _last_of(issue: Issue, party: str) -> str:
    """Return the level that `party` proposed last in this round, as a word; empty if it proposed none."""
    proposed = issue.proposals.filter(round=issue.round, party=party).last()
    return neutral(proposed.get_level_display) if proposed else ""


def _check_turn(issue: Issue, actor: Membership) -> None:
    if issue.awaiting_level_from != actor.party:
        raise NotYourTurn(
            _("The %(party)s spoke last; the other party answers now.")
            % {"party": in_sentence(actor.get_party_display())}
        )


def _check_level_and_reason(level: str, reason: str) -> None:
    if level not in Criticality.values:
        raise Refused(
            _("“%(level)s” is not a level. Choose Critical, High, Medium or Low.") % {"level": level}
        )
    if not reason.strip():
        raise Refused(_("Say in a sentence why this level fits better."))


def _vote(proposal: Proposal, member: Membership, now: datetime) -> Vote:
    return Vote.objects.create(proposal=proposal, party=member.party, member=member, at=now)


def _propose(
    issue: Issue, level: str, reason: str, actor: Membership, now: datetime, *, revision: int
) -> Proposal:
    proposal = Proposal.objects.create(
        issue=issue,
        round=issue.round,
        revision=revision,
        party=actor.party,
        author=actor,
        level=level,
        reason=tidy(reason),
        at=now,
    )
    _vote(proposal, actor, now)
    return proposal


def _await(issue: Issue, proposal: Proposal) -> None:
    """Wait for the other party's answer to `proposal`."""
    issue.awaiting_level_from = Party(proposal.party).other
    issue.answer_due_at = periods.answer_due(issue, proposal)


def _govern_provisionally(issue: Issue, *, now: datetime) -> None:
    """Before the first agreement the stricter of the two standing proposals governs (spec §3)."""
    if not issue.provisional:
        return
    last = {one.party: one.level for one in issue.proposals.filter(round=issue.round)}
    governing = min(last.values(), key=LEVELS.index)
    if governing != issue.level:
        issue.level = governing
        acts.save(issue, "level", now=now)
        acts.record(
            issue, "level.governs", actor=None, at=now, level=governing, provisional=True, how="countered"
        )
    obligations.follow(issue, now=now)
