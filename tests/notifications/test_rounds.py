"""The rings: they deliver, and they leave a sign of life even when there is nothing to do."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command

from slaportal.accounts.models import User
from slaportal.notifications import services, tasks
from slaportal.notifications.models import Heartbeat
from tests.notifications.people import owe


def just_now(name: str) -> bool:
    """Whether the heartbeat of this name is fresh."""
    age: timedelta = datetime.now(UTC) - Heartbeat.objects.get(name=name).at  # noqa: TID251
    return age < timedelta(minutes=1)


def test_a_ring_delivers_everything_due_in_several_batches(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    for number in range(5):
        owe(person, cause=f"event:{number}")
    tasks.deliver()
    assert len(mail.outbox) == 5
    assert just_now("delivery")


@pytest.mark.django_db
def test_a_ring_with_nothing_to_do_still_leaves_a_sign_of_life() -> None:
    tasks.deliver()
    tasks.beat()
    assert just_now("delivery")
    assert just_now("beat")


@pytest.mark.django_db
def test_a_ring_ends_when_nothing_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []

    def deliver(*, now: datetime, batch: int) -> int:
        rounds.append(batch)
        assert len(rounds) < 5
        return 0

    monkeypatch.setattr(services, "deliver", deliver)
    tasks.deliver()
    assert rounds == [tasks.BATCH]


def test_the_command_delivers_without_a_worker(person: User) -> None:
    owe(person)
    out = StringIO()
    call_command("deliver", stdout=out)
    assert len(mail.outbox) == 1
    assert "1 message(s) done." in out.getvalue()


def test_the_names_of_the_tasks_are_those_of_the_schedule() -> None:
    assert tasks.deliver.name == "notifications.deliver"
    assert tasks.beat.name == "notifications.beat"
