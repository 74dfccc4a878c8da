"""Silence decides nothing unannounced (spec §3, §4)."""

from datetime import UTC, datetime, timedelta

import pytest

from slaportal.escalations.services import next_look, watch
from slaportal.issues.services import classification, ending
from slaportal.notifications.models import Message
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db


def live_through(until: datetime) -> None:
    while (instant := next_look()) is not None and instant <= until:
        watch(now=instant)


def sent(kind: str) -> list[tuple[str, datetime]]:
    found = Message.objects.filter(kind=kind).order_by("created_at", "recipient__name")
    return [(one.recipient.name, one.created_at) for one in found.select_related("recipient")]


def test_the_vendor_is_reminded_at_three_quarters_of_the_time_to_answer(world: World) -> None:
    report(world.bob, level="critical")
    live_through(MONDAY + 2 * HOUR)
    at = MONDAY + timedelta(minutes=45)
    assert sent("classification-lapse-soon") == [("Lena", at), ("Sam", at)]


def test_an_answer_in_time_needs_no_reminder(world: World) -> None:
    issue = report(world.bob, level="critical")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    live_through(MONDAY + 2 * HOUR)
    assert sent("classification-lapse-soon") == []


def test_two_reminders_go_out_before_silence_confirms(world: World) -> None:
    issue = report(world.bob, level="low")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY)
    live_through(datetime(2026, 3, 20, tzinfo=UTC))
    # Two and four of five open days after Monday 09:00 end on Tuesday and Thursday at closing time.
    tuesday, thursday = (datetime(2026, 3, day, 16, tzinfo=UTC) for day in (3, 5))
    assert sent("confirm-soon") == [
        ("Alice", tuesday),
        ("Bob", tuesday),
        ("Alice", thursday),
        ("Bob", thursday),
    ]


def test_a_late_watch_sends_no_reminder_of_a_period_that_has_ended(world: World) -> None:
    report(world.bob, level="critical")
    watch(now=MONDAY + timedelta(days=9))
    assert sent("classification-lapse-soon") == []
    assert sent("classification-lapsed")


def test_a_reminder_goes_out_once(world: World) -> None:
    report(world.bob, level="critical")
    for _ in range(3):
        watch(now=MONDAY + timedelta(minutes=50))
    assert len(sent("classification-lapse-soon")) == 2
