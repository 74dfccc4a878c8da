"""Digests: one mail per person and period, nothing lost, and the same id if it comes twice."""

import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend

from slaportal.accounts.models import User
from slaportal.notifications import selectors, services
from slaportal.notifications.models import Message, Preference
from tests.notifications.people import FULL, NOW, make_person, owe

MINUTE = timedelta(minutes=1)
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def wants(person: User, how: str, *kinds: str) -> None:
    for kind in kinds or ("issue-received", "comment-added", "first-response"):
        Preference.objects.create(person=person, kind=kind, how=how)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("how", "zone", "now", "slot"),
    [
        ("hourly", "Europe/Berlin", utc(2026, 3, 2, 8, 30), utc(2026, 3, 2, 9)),
        ("hourly", "Europe/Berlin", utc(2026, 3, 2, 9), utc(2026, 3, 2, 10)),
        ("hourly", "Asia/Kolkata", utc(2026, 3, 2, 8, 40), utc(2026, 3, 2, 9, 30)),
        ("daily", "Europe/Berlin", utc(2026, 3, 2, 6, 59), utc(2026, 3, 2, 7)),
        ("daily", "Europe/Berlin", utc(2026, 3, 2, 7), utc(2026, 3, 3, 7)),
        ("daily", "America/New_York", utc(2026, 3, 2, 12, 59), utc(2026, 3, 2, 13)),
        # the night in which Berlin loses an hour, and the one in which it wins one
        ("daily", "Europe/Berlin", utc(2026, 3, 28, 7), utc(2026, 3, 29, 6)),
        ("daily", "Europe/Berlin", utc(2026, 10, 24, 6), utc(2026, 10, 25, 7)),
        ("hourly", "Europe/Berlin", utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1)),
        ("daily", "Mars/Olympus", utc(2026, 3, 2, 9), utc(2026, 3, 3, 8)),
    ],
)
def test_the_next_digest_is_at_the_full_hour_or_at_eight_where_the_reader_is(
    how: str, zone: str, now: datetime, slot: datetime
) -> None:
    assert services.next_slot(how, zone=zone, now=now) == slot


def test_what_waits_for_the_hour_leaves_in_one_mail(person: User) -> None:
    wants(person, "hourly")
    first = owe(person)
    second = owe(person, kind="comment-added", cause="event:2", now=NOW + MINUTE)
    assert services.deliver(now=NINE - MINUTE) == 0
    assert services.deliver(now=NINE) == 1
    assert services.deliver(now=NINE + timedelta(days=2)) == 0
    assert [sent.subject for sent in mail.outbox] == ["2 messages"]
    body = str(mail.outbox[0].body)
    assert body.index("received") < body.index("new message")
    assert body.count("https://portal.example/issues/ISS-7Q4K2M9D") == 2
    for message in (first, second):
        message.refresh_from_db()
        assert (message.status, message.sent_at) == (Message.Status.SENT, NINE)
        assert message.subject
        assert mail.outbox[0].message()["Message-ID"] in message.last_error


def test_the_digest_is_in_the_readers_language_and_counts_issues(person: User) -> None:
    User.objects.filter(pk=person.pk).update(language="de")
    wants(person, "hourly")
    owe(person)
    other = owe(person, cause="event:2", context={**FULL, "reference": "ISS-2B3C4D5E"})
    Message.objects.filter(pk=other.pk).update(subject_reference="ISS-2B3C4D5E")
    services.deliver(now=NINE)
    assert mail.outbox[0].subject == "2 Nachrichten zu 2 Vorgängen"
    assert "Posteingang öffnen" in mail.outbox[0].body


def test_a_message_that_is_alone_is_a_mail_of_its_own(person: User) -> None:
    wants(person, "hourly")
    message = owe(person)
    assert services.deliver(now=NINE) == 1
    message.refresh_from_db()
    assert mail.outbox[0].subject == message.subject
    assert mail.outbox[0].message()["Message-ID"] == message.message_id


def test_each_person_gets_their_own_digest(person: User) -> None:
    other = make_person("jonas@client.example")
    for one in (person, other):
        wants(one, "hourly")
    for number in range(3):
        owe(person, other, cause=f"event:{number}")
    assert services.deliver(now=NINE) == 2
    assert {sent.to[0] for sent in mail.outbox} == {
        "Meera Nair <meera@client.example>",
        "Meera Nair <jonas@client.example>",
    }


@pytest.mark.parametrize("day", [utc(2026, 3, 28, 7, 30), utc(2026, 10, 24, 6, 30)], ids=["spring", "autumn"])
def test_a_day_on_which_the_clocks_change_has_one_digest(person: User, day: datetime) -> None:
    wants(person, "daily")
    for hour in range(26):
        owe(person, cause=f"event:{hour}", now=day + hour * timedelta(minutes=50))
    sent_at = []
    for quarter in range(4 * 30):
        now = day + quarter * timedelta(minutes=15)
        if services.deliver(now=now):
            sent_at.append(now.astimezone(ZoneInfo("Europe/Berlin")))
    assert len(mail.outbox) == 1
    assert sent_at[0].hour == 8
    assert not Message.objects.exclude(status=Message.Status.SENT).exists()


def test_a_worker_that_dies_after_sending_repeats_the_same_digest_under_the_same_id(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(person, "hourly")
    owe(person)
    owe(person, cause="event:2")
    send = EmailBackend.send_messages

    def send_and_die(self: EmailBackend, messages: list[EmailMessage]) -> int:
        send(self, messages)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", send_and_die)
        with pytest.raises(SystemExit):
            services.deliver(now=NINE)
    owe(person, cause="event:3", now=NINE + MINUTE)  # too late for that digest
    assert services.deliver(now=NINE + MINUTE) == 0
    assert services.deliver(now=NINE + services.LEASE) == 1
    first, second = (sent.message() for sent in mail.outbox)
    assert first["Message-ID"] == second["Message-ID"]
    assert mail.outbox[0].body == mail.outbox[1].body
    assert Message.objects.filter(status=Message.Status.PENDING).get().cause == "event:3"


def test_what_was_in_a_digest_that_is_given_up_is_tried_one_by_one(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(person, "hourly")
    ours = [owe(person, cause=f"event:{number}").pk for number in range(3)]

    def refuse(self: EmailBackend, messages: list[EmailMessage]) -> int:
        raise smtplib.SMTPDataError(552, b"too long")

    now = NINE
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        for _ in range(services.ATTEMPTS):
            services.deliver(now=now)
            digest = Message.objects.get(kind="digest")
            now = digest.not_before
    assert digest.status == Message.Status.FAILED
    now += timedelta(hours=1)
    assert services.deliver(now=now) == 3
    assert len(mail.outbox) == 3
    assert not Message.objects.filter(pk__in=ours).exclude(status=Message.Status.SENT).exists()
    assert not services.resend(digest, now=now)


def test_a_message_that_cannot_be_rendered_leaves_the_digest_and_fails_alone(person: User) -> None:
    wants(person, "hourly")
    good = [owe(person, cause=f"event:{number}") for number in range(2)]
    bad = owe(person, cause="event:9")
    Message.objects.filter(pk=bad.pk).update(kind="unheard-of")
    services.deliver(now=NINE)
    services.deliver(now=NINE)
    bad.refresh_from_db()
    assert mail.outbox[0].subject == "2 messages"
    assert "UnknownKindError" in bad.last_error
    for message in good:
        message.refresh_from_db()
        assert message.status == Message.Status.SENT


def test_of_two_rounds_that_see_the_same_messages_one_makes_the_digest(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(person, "hourly")
    owe(person)
    owe(person, cause="event:2")
    look = selectors.waiting_for_digest
    rows = look(now=NINE)
    assert services.gather(now=NINE) == 1
    monkeypatch.setattr(selectors, "waiting_for_digest", lambda *, now: rows)
    assert services.gather(now=NINE) == 0
    assert Message.objects.filter(kind="digest").count() == 1


def test_demo_messages_and_real_ones_share_no_digest(person: User) -> None:
    wants(person, "hourly")
    for number in range(2):
        owe(person, cause=f"event:{number}")
        owe(person, cause=f"demo:{number}", demo=True)
    services.deliver(now=NINE)
    assert len(mail.outbox) == 1
    assert Message.objects.filter(kind="digest", demo=True).get().status == Message.Status.SENT


def test_somebody_who_left_gets_no_digest_and_their_messages_say_why(person: User) -> None:
    wants(person, "hourly")
    message = owe(person)
    owe(person, cause="event:2")
    User.objects.filter(pk=person.pk).update(is_active=False)
    services.deliver(now=NINE)
    services.deliver(now=NINE)
    message.refresh_from_db()
    assert "no longer active" in message.last_error
    assert not mail.outbox


def test_text_and_html_of_a_digest_hold_every_message(person: User) -> None:
    wants(person, "hourly")
    for number in range(2):
        title = f"Export {number} <fails> & stops"
        owe(person, cause=f"event:{number}", context={**FULL, "title": title})
    services.deliver(now=NINE)
    sent: Any = mail.outbox[0]
    html = sent.alternatives[0][0]
    for number in range(2):
        assert f"Export {number} <fails> & stops" in sent.body
        assert f"Export {number} &lt;fails&gt; &amp; stops" in html
