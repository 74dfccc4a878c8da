"""An issue that turned out to be two: no minute is lost, and the first goes on as if nothing had been."""

from datetime import datetime

import pytest

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.issues.models import Issue, IssueState
from slaportal.issues.selectors.clocks import faces
from slaportal.issues.selectors.page import page_of
from slaportal.issues.selectors.timeline import timeline
from slaportal.issues.services import classification, ending, waiting, work
from slaportal.issues.services.splitting import split
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.world import HOUR, MONDAY, World, fresh, make_world, report

pytestmark = pytest.mark.django_db


def divided(issue: Issue, by: Membership, *, at: datetime = MONDAY + 3 * HOUR) -> Issue:
    return split(issue=fresh(issue), title="The second matter", description="Exports fail.", actor=by, now=at)


def clocks(issue: Issue) -> dict[str, tuple[object, ...]]:
    return {
        one.metric: (
            one.due_at,
            one.state,
            one.outcome,
            one.decided_at,
            one.level,
            one.provisional,
            one.started_at,
        )
        for one in fresh(issue).obligations.all()
    }


def test_the_clocks_of_the_second_count_from_the_first_report(world: World) -> None:
    issue = report(world.alice)
    before = clocks(issue)
    part = divided(issue, world.sam)
    assert clocks(part) == clocks(issue) == before
    assert part.follows == issue
    assert (part.organization, part.reported_by, part.submitted_at) == (world.acme, world.alice, MONDAY)


def test_a_response_that_was_given_counts_for_both(world: World) -> None:
    issue = report(world.alice)
    work.comment(issue=fresh(issue), body="We look at it.", actor=world.sam, now=MONDAY + HOUR)
    part = divided(issue, world.sam)
    assert clocks(part) == clocks(issue)
    assert clocks(part)["response"][2] == "met"
    work.comment(issue=fresh(part), body="And at this.", actor=world.sam, now=MONDAY + 4 * HOUR)
    assert clocks(part)["response"][3] == MONDAY + HOUR


def test_changes_of_level_and_pauses_are_taken_over_at_their_own_instants() -> None:
    world = make_world(pauses=("client",))
    issue = report(world.alice, level="medium")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY + HOUR)
    waiting.wait(issue=fresh(issue), on="client", reason="A log.", actor=world.sam, now=MONDAY + 2 * HOUR)
    waiting.resume(issue=fresh(issue), actor=world.sam, now=MONDAY + 4 * HOUR)
    classification.repropose(
        issue=fresh(issue), level="high", reason="It spreads.", actor=world.alice, now=MONDAY + 5 * HOUR
    )
    classification.agree(issue=fresh(issue), actor=world.lena, now=MONDAY + 6 * HOUR)
    part = divided(issue, world.lena, at=MONDAY + 7 * HOUR)
    assert clocks(part) == clocks(issue)
    assert not fresh(part).provisional
    assert part.pauses.count() == 1
    assert part.pauses.get() != issue.pauses.get()


def test_a_reopened_issue_gives_its_second_the_same_clock(world: World) -> None:
    issue = report(world.alice)
    ending.resolve(issue=fresh(issue), note="Done.", actor=world.sam, now=MONDAY + HOUR)
    ending.reopen(issue=fresh(issue), reason="Half of it.", actor=world.alice, now=MONDAY + 9 * HOUR)
    part = divided(issue, world.sam, at=MONDAY + 10 * HOUR)
    assert clocks(part) == clocks(issue)


def test_a_second_that_is_late_from_its_first_day_has_its_breach_on_record(world: World) -> None:
    issue = report(world.alice, level="critical")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    part = divided(issue, world.sam, at=MONDAY + 3 * HOUR)
    assert clocks(part)["response"][2] == "breached"
    breach = Event.objects.get(subject=part.reference, kind="obligation.breached")
    assert (breach.at, breach.recorded_at) == (MONDAY + HOUR, MONDAY + 3 * HOUR)


def test_both_go_on_by_themselves(world: World) -> None:
    issue = report(world.alice)
    part = divided(issue, world.sam)
    ending.resolve(issue=fresh(part), note="Fixed.", actor=world.sam, now=MONDAY + 4 * HOUR)
    assert fresh(issue).state == IssueState.OPEN
    assert clocks(issue)["resolution"][2] == ""
    classification.agree(issue=fresh(issue), actor=world.lena, now=MONDAY + 4 * HOUR)
    assert fresh(part).provisional


def test_the_level_of_the_second_can_still_be_answered(world: World) -> None:
    issue = report(world.alice)
    classification.counter(
        issue=fresh(issue), level="medium", reason="Few.", actor=world.sam, now=MONDAY + HOUR
    )
    part = divided(issue, world.sam)
    assert fresh(part).awaiting_level_from == "client"
    classification.agree(issue=fresh(part), actor=world.alice, now=MONDAY + 4 * HOUR)
    assert (fresh(part).level, fresh(issue).provisional) == ("medium", True)


def test_a_dispute_goes_on_for_each(world: World) -> None:
    issue = report(world.alice)
    for act, who, more in (
        (classification.counter, world.sam, {"level": "low", "reason": "Few."}),
        (classification.dispute, world.alice, {"reason": "Many."}),
        (classification.decide, world.vera, {"level": "high"}),
    ):
        act(issue=fresh(issue), actor=who, now=MONDAY + HOUR, **more)
    part = divided(issue, world.sam)
    classification.decide(issue=fresh(part), level="high", actor=world.alice, now=MONDAY + 4 * HOUR)
    assert not fresh(part).provisional
    assert fresh(issue).provisional


def test_both_pages_show_it(world: World) -> None:
    issue = report(world.alice)
    part = divided(issue, world.sam)
    now = MONDAY + 4 * HOUR
    assert any(part.reference in one.what for one in timeline(issue, reader=world.alice))
    history = timeline(part, reader=world.alice)
    assert any(issue.reference in one.what for one in history)
    assert history[-1].recorded_late == MONDAY + 3 * HOUR
    assert page_of(fresh(part), reader=world.alice, now=now).sides[0].level == "high"
    assert len(faces(fresh(part), now=now)) == 2


def test_both_parties_are_told_once(world: World) -> None:
    part = divided(report(world.alice), world.sam)
    told = Message.objects.filter(kind="issue-split", subject_reference=part.reference)
    people = sorted(told.values_list("recipient__name", flat=True))
    assert people == ["Alice", "Lena"]


def test_only_agents_and_leads_split(world: World) -> None:
    issue = report(world.alice)
    for member in (world.alice, world.bob, world.charlie, world.vera, world.ada):
        with pytest.raises(NotAllowed):
            divided(issue, member)
    assert divided(issue, world.lena).pk


@pytest.mark.parametrize("end", ["resolved", "withdrawn", "waiting", "duplicate"])
def test_what_has_ended_or_waits_is_not_split(world: World, end: str) -> None:
    issue, at = report(world.alice), MONDAY + HOUR
    if end == "resolved":
        ending.resolve(issue=fresh(issue), note="Done.", actor=world.sam, now=at)
    elif end == "withdrawn":
        ending.withdraw(issue=fresh(issue), reason="Gone.", actor=world.alice, now=at)
    elif end == "duplicate":
        ending.duplicate(issue=fresh(issue), of=fresh(report(world.alice)), actor=world.sam, now=at)
    else:
        waiting.wait(issue=fresh(issue), on="client", reason="A log.", actor=world.sam, now=at)
    number = Issue.objects.count()
    with pytest.raises(Refused):
        divided(issue, world.sam)
    assert Issue.objects.count() == number
