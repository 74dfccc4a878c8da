"""What people want: at once, later, in the inbox only; and urgent mail that can only be redirected."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from slaportal.accounts.models import User
from slaportal.lib.refusal import Refused
from slaportal.notifications import kinds, services
from slaportal.notifications.models import Message, Preference, Redirect
from tests.notifications.people import FULL, NOW, make_person, owe

DAY = timedelta(days=1)
ALWAYS = [kind.key for kind in kinds.KINDS.values() if kind.always]


@pytest.fixture
def everybody_may(settings: Any) -> None:
    settings.MAY_STAND_IN = f"{__name__}.yes"


@pytest.fixture
def nobody_may(settings: Any) -> None:
    settings.MAY_STAND_IN = f"{__name__}.no"


def yes(*, person: User, other: User, now: datetime) -> bool:
    return True


def no(*, person: User, other: User, now: datetime) -> bool:
    return False


def test_without_a_wish_a_message_leaves_at_once(person: User) -> None:
    owe(person)
    assert services.deliver(now=NOW) == 1
    assert len(mail.outbox) == 1


def test_a_kind_for_the_inbox_is_kept_there_and_not_mailed(person: User) -> None:
    services.save_preferences(person=person, wishes={"issue-received": "inbox"}, now=NOW)
    message = owe(person)
    services.deliver(now=NOW)
    message.refresh_from_db()
    assert message.status == Message.Status.SENT
    assert message.text
    assert not mail.outbox


@pytest.mark.parametrize("kind", ALWAYS)
@pytest.mark.parametrize("how", ["hourly", "daily", "inbox", "now"])
def test_what_must_arrive_cannot_be_muted_or_delayed(person: User, kind: str, how: str) -> None:
    with pytest.raises(Refused, match="cannot be chosen"):
        services.save_preferences(person=person, wishes={kind: how}, now=NOW)
    Preference.objects.create(person=person, kind=kind, how=how)  # past the service
    owe(person, kind=kind)
    assert services.deliver(now=NOW) == 1
    assert len(mail.outbox) == 1


def test_escalations_breaches_and_a_dead_watch_must_arrive() -> None:
    assert {"escalation-step", "escalation-raised", "deadline-breached", "machinery-stopped"} <= set(ALWAYS)


@pytest.mark.parametrize("wishes", [{"unheard-of": "now"}, {"issue-received": "never"}, {"digest": "daily"}])
def test_a_wish_that_cannot_be_kept_is_refused(person: User, wishes: dict[str, str]) -> None:
    with pytest.raises(Refused):
        services.save_preferences(person=person, wishes=wishes, now=NOW)
    assert not Preference.objects.exists()


def test_a_change_of_mind_sends_what_was_waiting(person: User) -> None:
    services.save_preferences(person=person, wishes={"issue-received": "daily"}, now=NOW)
    owe(person)
    assert services.deliver(now=NOW) == 0
    services.save_preferences(person=person, wishes={"issue-received": "now"}, now=NOW)
    assert services.deliver(now=NOW) == 1
    assert not Preference.objects.exists()


@pytest.mark.usefixtures("everybody_may")
def test_redirected_mail_goes_to_the_colleague_and_the_inbox_of_both(person: User) -> None:
    other = make_person("jonas@client.example", name="Jonas Braun")
    services.redirect(person=person, to=other, until=NOW + DAY, now=NOW)
    services.deliver(now=NOW)
    assert [sent.to for sent in mail.outbox] == [["Jonas Braun <jonas@client.example>"]]
    assert "you stand in for Meera Nair" in mail.outbox[0].subject
    owe(person, kind="escalation-step", context={**FULL, "ack_url": "/in-hand/signed-for-meera"})
    services.deliver(now=NOW)
    assert [sent.to for sent in mail.outbox[1:]] == [["Jonas Braun <jonas@client.example>"]]
    body = " ".join(str(mail.outbox[1].body).split())
    assert "You stand in for Meera Nair." in body
    assert "signed-for-meera" not in body
    assert set(Message.objects.filter(kind="escalation-step").values_list("recipient", flat=True)) == {
        person.pk,
        other.pk,
    }
    mine = Message.objects.get(kind="escalation-step", recipient=person)
    assert (mine.status, mine.redirected_to) == (Message.Status.SENT, other)


@pytest.mark.usefixtures("everybody_may")
def test_only_what_must_arrive_is_redirected(person: User) -> None:
    other = make_person("jonas@client.example")
    services.redirect(person=person, to=other, until=NOW + DAY, now=NOW)
    owe(person)
    assert Message.objects.get(kind="issue-received").recipient == person


@pytest.mark.usefixtures("everybody_may")
def test_who_is_told_anyway_is_told_once(person: User) -> None:
    other = make_person("jonas@client.example")
    services.redirect(person=person, to=other, until=NOW + DAY, now=NOW)
    owe(person, other, kind="escalation-step")
    theirs = Message.objects.get(kind="escalation-step", recipient=other)
    assert "stands_in_for" not in theirs.context


@pytest.mark.usefixtures("everybody_may")
def test_a_redirection_that_leads_nowhere_leaves_the_mail_with_the_person(person: User) -> None:
    other, third = make_person("jonas@client.example"), make_person("ines@client.example")
    Redirect.objects.create(person=person, to=other, until=NOW + DAY)
    Redirect.objects.create(person=other, to=third, until=NOW + DAY)
    owe(person, kind="escalation-step")
    Redirect.objects.all().delete()
    services.redirect(person=person, to=other, until=NOW + DAY, now=NOW)
    User.objects.filter(pk=other.pk).update(is_active=False)
    owe(person, kind="escalation-step", cause="event:2")
    User.objects.filter(pk=other.pk).update(is_active=True)
    owe(person, kind="escalation-step", cause="event:3", now=NOW + DAY)
    assert set(Message.objects.filter(kind="escalation-step").values_list("recipient", "way")) == {
        (person.pk, "mail")
    }


@pytest.mark.usefixtures("nobody_may")
def test_a_colleague_who_may_no_longer_see_it_gets_nothing(person: User) -> None:
    other = make_person("jonas@client.example")
    Redirect.objects.create(person=person, to=other, until=NOW + DAY)
    owe(person, kind="escalation-step")
    assert Message.objects.get().recipient == person
    assert Message.objects.get().way == Message.Way.MAIL


def test_one_does_not_redirect_to_oneself_the_past_or_an_absent_colleague(person: User) -> None:
    other, third = make_person("jonas@client.example"), make_person("ines@client.example")
    Redirect.objects.create(person=third, to=other, until=NOW + DAY)
    for to, until in (
        (person, NOW + DAY),
        (other, NOW),
        (other, NOW + 91 * DAY),
        (third, NOW + DAY),
        (make_person("gone@client.example", is_active=False), NOW + DAY),
    ):
        with pytest.raises(Refused):
            services.redirect(person=person, to=to, until=until, now=NOW)
    assert Redirect.objects.count() == 1


def test_mail_comes_back_when_the_redirection_ends(person: User) -> None:
    other = make_person("jonas@client.example")
    services.redirect(person=person, to=other, until=NOW + DAY, now=NOW)
    assert services.stop_redirect(person=person)
    assert not services.stop_redirect(person=person)
