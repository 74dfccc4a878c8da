"""What is owed: once per cause, with its cause or not at all."""

import threading
import time
from datetime import UTC, datetime

import pytest
from celery import Celery
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from slaportal.accounts.models import User
from slaportal.notifications import kinds, nudging, services
from slaportal.notifications.models import Message
from tests.notifications.people import FULL, NOW, make_person, owe


def test_one_cause_is_told_once_however_often_it_is_enqueued(person: User) -> None:
    other = make_person("jonas@client.example")
    owe(person)
    owe(person, other)
    owe(person, other, person)
    assert Message.objects.filter(recipient=person).count() == 1
    assert Message.objects.filter(recipient=other).count() == 1


def test_another_cause_and_another_kind_are_messages_of_their_own(person: User) -> None:
    owe(person)
    owe(person, cause="event:2")
    owe(person, kind="first-response")
    assert Message.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_can_be_enqueued() -> None:
    person = make_person()
    with pytest.raises(RuntimeError, match="share its cause's transaction"):
        services.enqueue("issue-received", cause="event:1", to=[person], context={}, now=NOW)
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_cause_that_is_rolled_back_leaves_no_message_and_rings_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rings: list[bool] = []
    monkeypatch.setattr(nudging.bell, "ring", lambda: rings.append(True))
    person = make_person()

    def act_that_fails() -> None:
        with transaction.atomic():
            services.enqueue("issue-received", cause="event:1", to=[person], context={}, now=NOW)
            raise ValueError("the act failed")

    with pytest.raises(ValueError, match="the act failed"):
        act_that_fails()
    assert not Message.objects.exists()
    assert not rings


def test_the_bell_rings_once_per_transaction(
    person: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rings: list[bool] = []
    monkeypatch.setattr(nudging.bell, "ring", lambda: rings.append(True))
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(5):
            owe(person, cause=f"event:{number}")
    assert rings == [True]


@pytest.mark.django_db(transaction=True)
def test_a_message_whose_savepoint_is_undone_does_not_silence_the_bell_of_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rings: list[bool] = []
    monkeypatch.setattr(nudging.bell, "ring", lambda: rings.append(True))
    person = make_person()
    with transaction.atomic():
        inner = transaction.savepoint()
        services.enqueue("issue-received", cause="event:1", to=[person], context={}, now=NOW)
        transaction.savepoint_rollback(inner)
        services.enqueue("issue-received", cause="event:2", to=[person], context={}, now=NOW)
    assert rings == [True]
    assert Message.objects.get().cause == "event:2"


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_neither_fails_nor_delays_the_act(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = Celery("dead", broker="redis://127.0.0.1:1/0", set_as_current=False)
    dead.conf.broker_transport_options = {"socket_connect_timeout": 1}
    monkeypatch.setattr(nudging, "current_app", dead)
    person = make_person()
    owe(person, cause="event:0")  # loads the transport
    nudging.bell.forget()
    began = time.monotonic()
    owe(person, cause="event:1")
    assert time.monotonic() - began < 0.2
    assert Message.objects.filter(status=Message.Status.PENDING).count() == 2


def test_a_broken_broker_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    class Broken:
        def send_task(self, name: str, **options: object) -> None:
            tries.append(name)
            raise OSError("nobody there")

    monkeypatch.setattr(nudging, "current_app", Broken())
    assert [nudging.bell.ring() for _ in range(3)] == [False, False, False]
    assert tries == ["notifications.deliver"]


def test_people_who_left_are_not_written_to(person: User) -> None:
    gone = make_person("gone@client.example", is_active=False)
    owe(person, gone)
    assert [message.recipient for message in Message.objects.all()] == [person]


def test_a_kind_without_words_is_refused_and_says_which_file_to_write(person: User) -> None:
    with pytest.raises(kinds.UnknownKindError, match=r"templates/emails/carrier-pigeon/en\.html"):
        owe(person, kind="carrier-pigeon")


@pytest.mark.parametrize("cause", ["", "x" * 121])
def test_a_cause_has_one_to_120_characters(person: User, cause: str) -> None:
    with pytest.raises(ValueError, match="1 to 120"):
        owe(person, cause=cause)


def test_instants_of_the_context_are_kept_as_text(person: User) -> None:
    message = owe(person, context={"due_at": datetime(2026, 11, 27, 8, 30, tzinfo=UTC)})
    message.refresh_from_db()
    assert message.context == {"due_at": "2026-11-27T08:30:00Z"}


def test_inside_silenced_nothing_is_enqueued(person: User) -> None:
    with services.silenced(), transaction.atomic():
        services.enqueue("issue-received", cause="event:1", to=[person], context=FULL, now=NOW)
    assert not Message.objects.exists()
    owe(person)
    assert Message.objects.count() == 1


def test_silence_ends_with_an_error_and_does_not_reach_other_threads() -> None:
    heard: list[bool] = []

    def inside() -> None:
        with services.silenced():
            other = threading.Thread(target=lambda: heard.append(services.is_silenced()))
            other.start()
            other.join()
            assert services.is_silenced()
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        inside()
    assert heard == [False]
    assert not services.is_silenced()


def test_a_message_of_demo_people_is_marked_as_such(person: User) -> None:
    assert not owe(person).demo
    assert owe(person, cause="event:2", demo=True).demo
    assert owe(make_person("demo@client.example", demo=True), cause="event:3").demo
