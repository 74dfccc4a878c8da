"""Delivery: at least once under one id, once without a crash, and visible when it is given up."""

import smtplib
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from pytest_django import Settings

from slaportal.accounts.models import User
from slaportal.notifications import nudging, selectors, services
from slaportal.notifications.mailbox import EmailBackend as Mailbox
from slaportal.notifications.models import MailboxEntry, Message
from tests.notifications.people import NOW, make_person, owe

MINUTE = timedelta(minutes=1)


def wire(number: int = 0) -> Any:
    """A sent mail as it went over the wire."""
    return mail.outbox[number].message()


def break_server(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the mail server answer every mail with `error`."""

    def refuse(self: EmailBackend, messages: list[EmailMessage]) -> int:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)


def test_what_is_due_is_sent_and_marked_with_its_words(person: User) -> None:
    message = owe(person)
    assert services.deliver(now=NOW) == 1
    message.refresh_from_db()
    assert message.status == Message.Status.SENT
    assert message.sent_at == NOW
    assert mail.outbox[0].subject == message.subject
    assert mail.outbox[0].body == message.text
    assert mail.outbox[0].to == ["Meera Nair <meera@client.example>"]
    assert services.deliver(now=NOW) == 0


def test_a_message_waits_for_its_time(person: User) -> None:
    owe(person, now=NOW + MINUTE)
    assert services.deliver(now=NOW) == 0
    assert services.deliver(now=NOW + MINUTE) == 1


def test_headers_name_the_message_and_its_thread_and_stop_robots(person: User) -> None:
    message = owe(person)
    owe(person, kind="issue-resolved", cause="event:2")
    services.deliver(now=NOW)
    first, second = wire(0), wire(1)
    assert first["Message-ID"] == message.message_id
    assert first["Message-ID"].endswith("@portal.example>")
    assert first["In-Reply-To"] == first["References"] == "<thread.ISS-7Q4K2M9D@portal.example>"
    assert second["References"] == first["References"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["X-Auto-Response-Suppress"] == "All"
    assert first["Importance"] is None


def test_an_urgent_kind_is_marked_important(person: User) -> None:
    owe(person, kind="deadline-breached")
    services.deliver(now=NOW)
    assert wire()["Importance"] == "high"


def test_a_worker_that_dies_after_sending_repeats_under_the_same_id(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = owe(person)
    send = EmailBackend.send_messages

    def send_and_die(self: EmailBackend, messages: list[EmailMessage]) -> int:
        send(self, messages)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", send_and_die)
        with pytest.raises(SystemExit):
            services.deliver(now=NOW)
    message.refresh_from_db()
    assert message.status == Message.Status.PENDING
    assert services.deliver(now=NOW + services.LEASE - MINUTE) == 0
    assert services.deliver(now=NOW + services.LEASE) == 1
    assert [wire(0)["Message-ID"], wire(1)["Message-ID"]] == [message.message_id] * 2


def test_a_message_whose_workers_always_die_is_given_up(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = owe(person)
    break_server(monkeypatch, SystemExit())
    now = NOW
    for _ in range(services.ATTEMPTS):
        with pytest.raises(SystemExit):
            services.deliver(now=now)
        now += services.LEASE
    assert services.deliver(now=now) == 0
    message.refresh_from_db()
    assert message.status == Message.Status.FAILED
    assert "interrupted" in message.last_error


def test_of_two_deliverers_that_saw_the_same_row_one_sends(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(person)
    look = selectors.due
    faster: list[int] = []

    def look_and_be_slow(*, now: datetime, limit: int) -> list[tuple[int, datetime]]:
        rows = look(now=now, limit=limit)
        if not faster:
            faster.append(0)
            faster[0] = services.deliver(now=now)
        return rows

    monkeypatch.setattr(selectors, "due", look_and_be_slow)
    assert services.deliver(now=NOW) == 0
    assert faster == [1]
    assert len(mail.outbox) == 1


def test_a_refused_mail_is_tried_again_later_and_later_and_then_given_up(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = owe(person)
    break_server(monkeypatch, smtplib.SMTPDataError(451, b"mailbox full"))
    now, waits = NOW, []
    for attempt in range(1, services.ATTEMPTS):
        assert services.deliver(now=now) == 0
        message.refresh_from_db()
        assert (message.status, message.attempts) == (Message.Status.PENDING, attempt)
        assert "mailbox full" in message.last_error
        waits.append((message.not_before - now) // MINUTE)
        now = message.not_before
    assert waits == [1, 5, 15, 60, 240]
    services.deliver(now=now)
    message.refresh_from_db()
    assert message.status == Message.Status.FAILED
    assert list(selectors.failed()) == [message]
    assert services.deliver(now=now + timedelta(days=9)) == 0


def test_a_server_that_is_down_costs_the_first_message_an_attempt_and_the_rest_none(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        owe(person, cause=f"event:{number}")
    with monkeypatch.context() as patch:
        break_server(patch, ConnectionRefusedError("no server"))
        assert services.deliver(now=NOW) == 0
    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert services.deliver(now=NOW) == 2
    assert services.deliver(now=NOW + MINUTE) == 1


def test_a_recipient_whom_the_server_refuses_holds_up_nobody_else(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(make_person("unknown@client.example"))
    owe(person, cause="event:2")
    send = EmailBackend.send_messages

    def refuse_one(self: EmailBackend, messages: list[EmailMessage]) -> int:
        if "unknown@" in messages[0].to[0]:
            raise smtplib.SMTPRecipientsRefused({"unknown@client.example": (550, b"no such user")})
        return int(send(self, messages))

    monkeypatch.setattr(EmailBackend, "send_messages", refuse_one)
    assert services.deliver(now=NOW) == 1
    assert [sent.to for sent in mail.outbox] == [["Meera Nair <meera@client.example>"]]


def test_a_message_that_cannot_be_rendered_fails_alone(person: User) -> None:
    bad = owe(person)
    Message.objects.filter(pk=bad.pk).update(kind="unheard-of")
    good = owe(person, cause="event:2")
    assert services.deliver(now=NOW) == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, good.status) == (Message.Status.PENDING, Message.Status.SENT)
    assert "UnknownKindError" in bad.last_error


@pytest.mark.django_db(transaction=True)
def test_mail_is_sent_outside_any_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    owe(make_person())
    inside: list[bool] = []

    def look(self: EmailBackend, messages: list[EmailMessage]) -> int:
        inside.append(connection.in_atomic_block)
        return len(messages)

    monkeypatch.setattr(EmailBackend, "send_messages", look)
    services.deliver(now=NOW)
    assert inside == [False]


def test_who_left_before_delivery_gets_nothing(person: User) -> None:
    message = owe(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert services.deliver(now=NOW) == 0
    message.refresh_from_db()
    assert message.status == Message.Status.FAILED
    assert not mail.outbox


def test_a_quiet_kind_is_kept_for_the_pages_and_not_mailed(person: User) -> None:
    message = owe(person, kind="progress-updated")
    assert services.deliver(now=NOW) == 1
    message.refresh_from_db()
    assert message.status == Message.Status.SENT
    assert message.text
    assert not mail.outbox


def test_demo_people_are_never_mailed_by_a_real_server(person: User) -> None:
    message = owe(make_person("someone@real.example", demo=True))
    services.deliver(now=NOW)
    message.refresh_from_db()
    assert message.status == Message.Status.SENT
    assert "demo" in message.last_error
    assert not mail.outbox


def test_demo_people_find_their_mail_in_the_development_mailbox(person: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{Mailbox.__module__}.{Mailbox.__name__}"
    owe(make_person("someone@real.example", demo=True))
    services.deliver(now=NOW)
    assert MailboxEntry.objects.get().to == "someone@real.example"


@pytest.mark.django_db(transaction=True)
def test_a_message_given_up_can_be_sent_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rings: list[bool] = []
    message = owe(make_person())
    Message.objects.filter(pk=message.pk).update(
        status=Message.Status.FAILED, attempts=6, last_error="refused"
    )
    monkeypatch.setattr(nudging.bell, "ring", lambda: rings.append(True))
    assert services.resend(message, now=NOW)
    assert rings == [True]
    assert not services.resend(message, now=NOW)
    assert services.deliver(now=NOW) == 1
    assert wire()["Message-ID"] == message.message_id
    assert not services.resend(message, now=NOW)


def test_a_title_with_line_breaks_cannot_add_headers(person: User) -> None:
    title = "Export\r\nBcc: all@victim.example\n\nSubject: other\u2028x\u202egnp.exe"
    owe(person, context={"reference": "ISS-7Q4K2M9D", "title": title, "actor": "A\r\nB"})
    services.deliver(now=NOW)
    sent = wire()
    assert sent["Bcc"] is None
    assert sent.get_all("Subject") == [sent["Subject"]]
    assert not set("\r\n\u202e\u2028") & set(mail.outbox[0].subject)


@pytest.mark.parametrize(
    "name", ["Nair, Meera", 'Meera "M." Nair', "Jürgen Müller", "Meera\r\nBcc: x@y.example", ""]
)
def test_any_name_reaches_its_address(db: None, name: str) -> None:
    owe(make_person("someone@client.example", name=name))
    assert services.deliver(now=NOW) == 1
    assert "someone@client.example" in wire()["To"]
    assert wire()["Bcc"] is None
    assert mail.outbox[0].recipients() == mail.outbox[0].to
