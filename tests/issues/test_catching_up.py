"""What time alone decided is on record with the next act, at its own instant, however late the watch is."""

from datetime import timedelta

import pytest

from slaportal.escalations.services import next_look, watch
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, work
from slaportal.ledger.models import Event
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
DAY = 24 * HOUR


def agreed(world: World, level: str) -> Issue:
    """Return an issue with an agreed level and a first response at once."""
    issue = report(world.alice, level=level)
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    work.comment(issue=fresh(issue), body="We look at it.", actor=world.sam, now=MONDAY)
    return issue


def story(issue: Issue) -> list[tuple[str, str]]:
    """What is on record about the clocks: kind and instant."""
    kinds = ["obligation.breached", "deadline.moved", "level.governs", "classification.lapsed"]
    return [
        (one.kind, one.at.isoformat()) for one in Event.objects.about(issue.reference).filter(kind__in=kinds)
    ]


def test_a_message_that_moves_no_clock_records_the_breach_that_nobody_noticed(world: World) -> None:
    issue = agreed(world, "critical")
    work.comment(issue=fresh(issue), body="Any news?", actor=world.alice, now=MONDAY + 30 * HOUR)
    breach = Event.objects.get(kind="obligation.breached", subject=issue.reference)
    assert (breach.at, breach.recorded_at) == (MONDAY + 24 * HOUR, MONDAY + 30 * HOUR)
    assert fresh(issue).obligations.get(metric="resolution").outcome == "breached"


def test_a_level_that_lapsed_first_saves_the_deadline_that_came_later(world: World) -> None:
    # High is resolved within 72 hours; the client proposes Low, and the vendor's silence agrees before they are over.
    left_alone, watched = agreed(world, "high"), agreed(world, "high")
    for issue in (left_alone, watched):
        classification.repropose(
            issue=fresh(issue),
            level="low",
            reason="A workaround holds.",
            actor=world.alice,
            now=MONDAY + HOUR,
        )
    end = MONDAY + 10 * DAY
    lapse = fresh(watched).answer_due_at
    assert lapse is not None
    assert lapse < MONDAY + 72 * HOUR
    work.comment(issue=fresh(left_alone), body="Any news?", actor=world.alice, now=end)
    while (instant := next_look()) is not None and instant <= end:
        watch(now=max(instant, MONDAY))
    assert story(left_alone) == story(watched)
    assert fresh(left_alone).obligations.get(metric="resolution").outcome == ""


def test_a_deadline_before_the_lapse_is_missed_whatever_the_silence_agrees_to(world: World) -> None:
    issue = agreed(world, "critical")
    classification.repropose(
        issue=fresh(issue), level="low", reason="A workaround.", actor=world.alice, now=MONDAY + 23 * HOUR
    )
    work.comment(issue=fresh(issue), body="Any news?", actor=world.alice, now=MONDAY + 9 * DAY)
    kinds = [kind for kind, _at in story(issue)]
    assert kinds[-3:] == ["obligation.breached", "classification.lapsed", "level.governs"]
    assert fresh(issue).obligations.get(metric="resolution").breached_at == MONDAY + timedelta(hours=24)
