"""Both parties classify together; nobody speaks for the other (spec §3)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations.services import watch
from slaportal.issues.models import Issue, Proposal, Vote
from slaportal.issues.services import acts, classification
from slaportal.issues.services.classification import NotYourTurn
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.world import HOUR, MICROSECOND, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
WHY = "It stops every user of the export."


def due(issue: Issue, metric: str = "resolution") -> datetime | None:
    return issue.obligations.get(metric=metric).due_at


def test_a_new_issue_runs_provisionally_on_the_clients_proposal(world: World) -> None:
    issue = fresh(report(world.bob, level="high"))
    assert (issue.level, issue.provisional, issue.awaiting_level_from) == ("high", True, "vendor")
    assert due(issue) == MONDAY + 72 * HOUR


def test_agreeing_settles_the_level_for_both(world: World) -> None:
    issue = report(world.bob, level="high")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY + HOUR)
    issue = fresh(issue)
    assert (issue.level, issue.provisional, issue.classification) == ("high", False, "agreed")
    assert {vote.party for vote in Vote.objects.filter(proposal__issue=issue)} == {"client", "vendor"}


def test_nobody_can_agree_to_their_own_partys_proposal(world: World) -> None:
    issue = report(world.bob)
    with pytest.raises(NotYourTurn):
        classification.agree(issue=fresh(issue), actor=world.alice, now=MONDAY + HOUR)


def test_a_client_reporter_cannot_agree_for_the_client(world: World) -> None:
    issue = report(world.bob)
    classification.counter(issue=fresh(issue), level="low", reason=WHY, actor=world.sam, now=MONDAY + HOUR)
    with pytest.raises(NotAllowed):
        classification.agree(issue=fresh(issue), actor=world.bob, now=MONDAY + HOUR)


def test_a_stranger_cannot_touch_the_level(world: World) -> None:
    issue = report(world.bob)
    classification.counter(issue=fresh(issue), level="low", reason=WHY, actor=world.sam, now=MONDAY + HOUR)
    with pytest.raises(NotAllowed):
        classification.agree(issue=fresh(issue), actor=world.charlie, now=MONDAY + HOUR)


def test_the_stricter_of_two_proposals_governs_until_there_is_agreement(world: World) -> None:
    issue = report(world.bob, level="high")
    classification.counter(issue=fresh(issue), level="medium", reason=WHY, actor=world.sam, now=MONDAY + HOUR)
    assert fresh(issue).level == "high"
    classification.counter(
        issue=fresh(issue), level="low", reason=WHY, actor=world.alice, now=MONDAY + 2 * HOUR
    )
    assert (fresh(issue).level, fresh(issue).provisional) == ("medium", True)


def test_a_stricter_counter_governs_from_that_moment(world: World) -> None:
    issue = report(world.bob, level="high")
    classification.counter(
        issue=fresh(issue), level="critical", reason=WHY, actor=world.sam, now=MONDAY + HOUR
    )
    assert fresh(issue).level == "critical"
    assert due(issue) == MONDAY + 25 * HOUR


def test_a_looser_agreement_counts_from_submission(world: World) -> None:
    issue = report(world.bob, level="critical")
    classification.counter(
        issue=fresh(issue), level="high", reason=WHY, actor=world.sam, now=MONDAY + HOUR / 2
    )
    classification.agree(issue=fresh(issue), actor=world.alice, now=MONDAY + 5 * HOUR)
    assert due(issue) == MONDAY + 72 * HOUR


def test_each_party_counters_once_and_then_the_deciders_choose(world: World) -> None:
    issue = report(world.bob, level="critical")
    at = MONDAY + timedelta(minutes=10)
    classification.counter(issue=fresh(issue), level="low", reason=WHY, actor=world.sam, now=at)
    classification.counter(issue=fresh(issue), level="high", reason=WHY, actor=world.bob, now=at)
    with pytest.raises(Refused, match="countered once already"):
        classification.counter(issue=fresh(issue), level="medium", reason=WHY, actor=world.sam, now=at)
    classification.dispute(issue=fresh(issue), reason=WHY, actor=world.sam, now=at)
    classification.decide(issue=fresh(issue), level="medium", actor=world.vera, now=at)
    assert fresh(issue).classification == "disputed"
    classification.decide(issue=fresh(issue), level="high", actor=world.alice, now=at)
    assert fresh(issue).classification == "disputed"
    classification.decide(issue=fresh(issue), level="medium", actor=world.alice, now=at)
    assert (fresh(issue).level, fresh(issue).classification, fresh(issue).provisional) == (
        "medium",
        "agreed",
        False,
    )


def test_two_choices_of_one_party_decide_nothing(world: World) -> None:
    issue = report(world.bob, level="critical")
    classification.counter(issue=fresh(issue), level="low", reason=WHY, actor=world.sam, now=MONDAY)
    classification.dispute(issue=fresh(issue), reason=WHY, actor=world.bob, now=MONDAY)
    for _ in range(2):
        classification.decide(issue=fresh(issue), level="low", actor=world.vera, now=MONDAY)
    assert fresh(issue).classification == "disputed"


def test_a_dispute_needs_a_counter_proposal_first(world: World) -> None:
    issue = report(world.bob)
    with pytest.raises(Refused, match="counter-proposal first"):
        classification.dispute(issue=fresh(issue), reason=WHY, actor=world.sam, now=MONDAY)


@pytest.mark.parametrize(
    ("level", "reason", "match"), [("urgent", WHY, "not a level"), ("low", "  ", "sentence")]
)
def test_a_counter_needs_a_known_level_and_a_reason(
    world: World, level: str, reason: str, match: str
) -> None:
    issue = report(world.bob)
    with pytest.raises(Refused, match=match):
        classification.counter(issue=fresh(issue), level=level, reason=reason, actor=world.sam, now=MONDAY)
    assert issue.proposals.count() == 1


def test_the_vendors_silence_agrees_to_the_clients_level_at_the_end_of_the_response_time(
    world: World,
) -> None:
    issue = report(world.bob, level="critical")
    watch(now=MONDAY + HOUR - MICROSECOND)
    assert fresh(issue).provisional
    watch(now=MONDAY + 9 * HOUR)
    issue = fresh(issue)
    assert (issue.level, issue.provisional) == ("critical", False)
    lapsed = Event.objects.get(subject=issue.reference, kind="classification.lapsed")
    assert (lapsed.at, lapsed.recorded_at) == (MONDAY + HOUR, MONDAY + 9 * HOUR)


def test_the_clients_silence_agrees_to_the_vendors_level_after_two_business_days(world: World) -> None:
    issue = report(world.bob, level="high")
    classification.counter(issue=fresh(issue), level="low", reason=WHY, actor=world.sam, now=MONDAY)
    watch(now=datetime(2026, 3, 4, 12, tzinfo=UTC))
    assert fresh(issue).level == "low"
    lapsed = Event.objects.get(subject=issue.reference, kind="classification.lapsed")
    # Two open days from Monday 09:00 are spent on Tuesday at closing time, 17:00 in Berlin.
    assert lapsed.at == datetime(2026, 3, 3, 16, tzinfo=UTC)


def test_an_act_after_the_period_finds_the_level_already_lapsed(world: World) -> None:
    issue = report(world.bob, level="critical")
    with pytest.raises(Refused, match="agreed"):
        classification.counter(
            issue=fresh(issue), level="low", reason=WHY, actor=world.sam, now=MONDAY + 2 * HOUR
        )


def test_proposing_again_keeps_the_agreed_level_in_force_until_it_is_answered(world: World) -> None:
    issue = report(world.bob, level="high")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    classification.repropose(
        issue=fresh(issue), level="critical", reason=WHY, actor=world.bob, now=MONDAY + HOUR
    )
    assert (fresh(issue).level, fresh(issue).provisional) == ("high", False)
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY + HOUR + HOUR / 2)
    assert fresh(issue).level == "critical"
    assert due(issue) == MONDAY + 25.5 * HOUR


def test_a_vote_on_a_replaced_proposal_is_refused_with_both_texts(world: World) -> None:
    issue = report(world.bob, level="high")
    seen = issue.proposals.get()
    classification.counter(issue=fresh(issue), level="low", reason=WHY, actor=world.sam, now=MONDAY)
    with pytest.raises(Refused, match=r"High\) was replaced by Low"):
        classification.agree(issue=fresh(issue), actor=world.alice, now=MONDAY, proposal=seen)


def test_the_second_of_two_people_who_act_at_once_is_refused(world: World) -> None:
    issue = report(world.bob, level="high")
    seen_by_sam, seen_by_lena = fresh(issue), fresh(issue)
    classification.agree(issue=seen_by_sam, actor=world.sam, now=MONDAY)
    with pytest.raises(acts.Conflict):
        classification.counter(issue=seen_by_lena, level="low", reason=WHY, actor=world.lena, now=MONDAY)


def test_no_vote_can_be_stored_for_the_other_party(world: World) -> None:
    proposal = report(world.bob).proposals.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(proposal=proposal, party="vendor", member=world.alice, at=MONDAY)


def test_no_vote_can_be_stored_by_a_stranger(world: World) -> None:
    issue = report(world.bob)
    classification.counter(issue=fresh(issue), level="low", reason=WHY, actor=world.sam, now=MONDAY)
    proposal = issue.proposals.latest("revision")
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(proposal=proposal, party="client", member=world.charlie, at=MONDAY)


def test_votes_and_proposals_are_never_changed(world: World) -> None:
    issue = report(world.bob)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(issue=issue).update(level="low")
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.filter(proposal__issue=issue).delete()


def test_the_other_party_is_told_of_a_counter_and_the_author_is_not(world: World) -> None:
    issue = report(world.bob)
    classification.counter(issue=fresh(issue), level="low", reason=WHY, actor=world.sam, now=MONDAY)
    told = Message.objects.filter(kind="classification-countered").values_list("recipient__name", flat=True)
    assert set(told) == {"Alice", "Bob"}
