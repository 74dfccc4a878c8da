"""An issue closes when its post-mortem is published or waived, not before."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from slaportal.feedback.models import PostMortem
from slaportal.feedback.selectors import drafts
from slaportal.feedback.services import postmortems
from slaportal.issues.models import IssueState
from slaportal.issues.selectors.timeline import timeline
from slaportal.issues.services import ending, work
from slaportal.lib.refusal import Refused
from tests.feedback.writing import again, drafted, published, resolved, written
from tests.world import HOUR, MONDAY, World, fresh, make_world

DAY = timedelta(days=1)
LATER = MONDAY + 48 * HOUR


@pytest.fixture
def world(db: None) -> World:
    """The usual world under a policy that owes a post-mortem for Critical and High within ten business days."""
    return make_world(owes_postmortem=True)


def test_a_confirmed_issue_stays_open_until_its_postmortem_is_published(world: World) -> None:
    one = drafted(world)
    ending.confirm(issue=fresh(one.issue), actor=world.alice, now=MONDAY + 6 * HOUR)
    postmortems.sweep(now=MONDAY + 7 * HOUR)
    assert fresh(one.issue).state == IssueState.CONFIRMED
    one = written(one, world.sam, now=LATER)
    postmortems.submit(postmortem=one, actor=world.sam, now=LATER)
    postmortems.approve(postmortem=again(one), actor=world.lena, now=LATER)
    assert fresh(one.issue).state == IssueState.CONFIRMED
    postmortems.publish(postmortem=again(one), actor=world.vera, now=LATER + HOUR)
    issue = fresh(one.issue)
    assert (issue.state, issue.closed_at) == (IssueState.CLOSED, LATER + HOUR)


def test_an_issue_confirmed_after_the_publication_is_closed_by_the_sweep_at_its_own_instant(
    world: World,
) -> None:
    one = published(world)
    confirmed_at = MONDAY + 3 * DAY
    ending.confirm(issue=fresh(one.issue), actor=world.alice, now=confirmed_at)
    assert fresh(one.issue).state == IssueState.CONFIRMED
    assert postmortems.sweep(now=confirmed_at + 7 * HOUR) == 1
    issue = fresh(one.issue)
    assert (issue.state, issue.closed_at) == (IssueState.CLOSED, confirmed_at)
    assert postmortems.sweep(now=confirmed_at + 8 * HOUR) == 0


def test_a_waiver_needs_a_reason_and_another_person_and_closes_the_issue(world: World) -> None:
    one = drafted(world)
    ending.confirm(issue=fresh(one.issue), actor=world.alice, now=MONDAY + 6 * HOUR)
    with pytest.raises(Refused, match="why no post-mortem"):
        postmortems.ask_waiver(postmortem=again(one), reason=" ", actor=world.lena, now=LATER)
    postmortems.ask_waiver(
        postmortem=again(one), reason="A drill, agreed with Alice.", actor=world.lena, now=LATER
    )
    with pytest.raises(Refused, match="another person"):
        postmortems.waive(postmortem=again(one), actor=world.lena, now=LATER)
    postmortems.waive(postmortem=again(one), actor=world.vera, now=LATER)
    assert (again(one).state, fresh(one.issue).state) == ("waived", IssueState.CLOSED)
    entries = timeline(fresh(one.issue), reader=world.alice)
    assert any(entry.body == "A drill, agreed with Alice." for entry in entries)


def test_the_database_refuses_a_waiver_by_the_one_who_asked(world: World) -> None:
    one = drafted(world)
    with pytest.raises(IntegrityError, match="postmortem_waiver_four_eyes"), transaction.atomic():
        PostMortem.objects.filter(pk=one.pk).update(
            state="waived",
            waiver_by=world.lena,
            waived_by=world.lena,
            waived_at=LATER,
            waiver_reason="x",
            remind_at=None,
        )


def test_a_refused_waiver_leaves_the_postmortem_due(world: World) -> None:
    one = drafted(world)
    postmortems.ask_waiver(postmortem=one, reason="Too much to do.", actor=world.lena, now=LATER)
    postmortems.refuse_waiver(postmortem=again(one), reason="It is agreed.", actor=world.vera, now=LATER)
    assert again(one).state == "draft"
    assert PostMortem.objects.overdue(one.due_at).get() == one


def test_an_issue_that_was_resolved_again_has_its_period_anew(world: World) -> None:
    one = drafted(world)
    ending.reopen(issue=fresh(one.issue), reason="Still empty.", actor=world.alice, now=MONDAY + 24 * HOUR)
    assert not PostMortem.objects.undone().exists()
    work.comment(issue=fresh(one.issue), body="Again.", actor=world.sam, now=MONDAY + 25 * HOUR)
    ending.resolve(issue=fresh(one.issue), note="Now.", actor=world.sam, now=MONDAY + 28 * HOUR)
    postmortems.sweep(now=MONDAY + 29 * HOUR)
    one = again(one)
    assert one.due_at == datetime(2026, 3, 17, 12, tzinfo=UTC)
    ticked = [
        line.entry.event.kind for line in drafts.lines_of(one, reader=world.sam) if line.ticked and line.entry
    ]
    assert ticked[-2:] == ["issue.reopened", "issue.resolved"]


def test_the_command_does_what_the_schedule_does(world: World) -> None:
    resolved(world)
    said = StringIO()
    call_command("postmortems", stdout=said)
    assert said.getvalue() == "1 done\n"  # drafted; due long ago, it is reminded of in a week
    assert PostMortem.objects.count() == 1
