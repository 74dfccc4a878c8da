"""A row at which the watch fails waits and is tried again; it stops nobody else and is not tried hot."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from slaportal.escalations.models import SetAside
from slaportal.escalations.services import setting_aside, watch, watching
from slaportal.issues.models import Issue, Reminder
from slaportal.issues.services import reminding, timed
from slaportal.ledger.models import Event
from tests.world import MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db

# High, so the vendor's silence decides the level after six hours.
LAPSE = MONDAY + timedelta(hours=6)
SECONDS = timedelta(seconds=5)


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let time pass for every issue but the first one, whose keys are collected instead."""
    bad: list[int] = []
    pass_time = timed.let_time_pass

    def poisoned(issue: Issue, **kwargs: Any) -> int:
        if issue.pk == min(Issue.objects.values_list("pk", flat=True)):
            bad.append(issue.pk)
            raise RuntimeError("broken beyond words")
        return pass_time(issue, **kwargs)

    monkeypatch.setattr(timed, "let_time_pass", poisoned)
    return bad


def test_an_issue_that_always_raises_is_tried_every_quarter_of_an_hour_and_stops_nobody(
    world: World, tries: list[int]
) -> None:
    bad, good = report(world.bob), report(world.bob)
    for number in range(20):
        watch(now=LAPSE + number * SECONDS)
    assert tries == [bad.pk]
    assert (fresh(bad).provisional, fresh(good).provisional) == (True, False)
    watch(now=LAPSE + setting_aside.FOR)
    assert tries == [bad.pk] * 2
    aside = SetAside.objects.get()
    assert (aside.what, aside.row, aside.since, aside.tries) == ("issue", bad.pk, LAPSE, 2)
    assert aside.reason == "RuntimeError: broken beyond words"


def test_an_issue_set_aside_is_done_at_its_own_instant_once_it_can_be(
    world: World, tries: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = report(world.bob)
    watch(now=LAPSE)
    monkeypatch.undo()
    watch(now=LAPSE + setting_aside.FOR)
    assert not SetAside.objects.exists()
    assert Event.objects.get(subject=issue.reference, kind="classification.lapsed").at == LAPSE


def test_a_reminder_that_always_raises_is_not_tried_hot(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(world.bob)
    asked: list[int] = []

    def poisoned(*, reminder: Reminder, **kwargs: Any) -> bool:
        asked.append(reminder.pk)
        raise RuntimeError("no words for this")

    monkeypatch.setattr(reminding, "remind", poisoned)
    due = Reminder.objects.get().at
    for number in range(5):
        watch(now=due + number * SECONDS)
    assert len(asked) == 1
    assert SetAside.objects.get().what == "reminder"


def test_transactions_that_stood_in_each_others_way_are_repeated_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    issue = report(world.bob)
    pass_time, failures = timed.let_time_pass, [OperationalError("deadlock detected")]

    def unlucky_once(issue: Issue, **kwargs: Any) -> int:
        if failures:
            raise failures.pop()
        return pass_time(issue, **kwargs)

    monkeypatch.setattr(timed, "let_time_pass", unlucky_once)
    with caplog.at_level(logging.WARNING):
        watch(now=LAPSE)
    assert not fresh(issue).provisional
    assert not SetAside.objects.exists()


def test_when_the_database_is_gone_no_row_is_blamed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = report(world.bob)

    class Gone:
        def is_usable(self) -> bool:
            return False

    def hung_up(pk: int) -> bool:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(watching, "connection", Gone())
    with pytest.raises(OperationalError):
        watching._guarded("issue", issue.pk, hung_up, now=LAPSE)
    assert not SetAside.objects.exists()
