"""The inbox: one's own messages, read or not, at the same price however many there are."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slaportal.accounts.models import Membership, User
from slaportal.notifications import services
from slaportal.notifications.models import Message
from tests.notifications.people import FULL, NOW, owe

INBOX = reverse("notifications:inbox")
MINUTE = timedelta(minutes=1)
SignIn = Callable[[Membership], Client]


def text(client: Client, query: str = "") -> str:
    response = client.get(INBOX + query)
    assert response.status_code == 200
    return response.content.decode()


def test_messages_stand_newest_first_with_their_words_and_their_page(
    alice: Membership, client_for: SignIn
) -> None:
    owe(alice.user)
    services.deliver(now=NOW)
    owe(alice.user, kind="progress-updated", cause="event:2", now=NOW + MINUTE)  # not delivered yet
    page = text(client_for(alice))
    assert page.index("progress") < page.index("received")
    assert page.count('href="/issues/ISS-7Q4K2M9D"') == 2
    assert "Export of the &lt;monthly&gt; report fails" in page


def test_nobody_sees_or_marks_the_messages_of_others(
    alice: Membership, charlie: Membership, client_for: SignIn
) -> None:
    message = owe(alice.user)
    stranger = client_for(charlie)
    assert "ISS-7Q4K2M9D" not in text(stranger)
    assert stranger.post(reverse("notifications:read", args=[message.pk])).status_code == 404
    message.refresh_from_db()
    assert message.read_at is None


def test_reading_takes_a_message_off_the_count(alice: Membership, client_for: SignIn) -> None:
    first, _ = owe(alice.user), owe(alice.user, cause="event:2")
    client = client_for(alice)
    assert '<span class="inbox-link__count">2</span>' in text(client)
    done = client.post(reverse("notifications:read", args=[first.pk]) + "?unread=1")
    assert done.headers["Location"] == f"{INBOX}?unread=1"
    assert '<span class="inbox-link__count">1</span>' in text(client)
    first.refresh_from_db()
    read_at = first.read_at
    client.post(reverse("notifications:read", args=[first.pk]))
    first.refresh_from_db()
    assert first.read_at == read_at


def test_looking_marks_nothing(alice: Membership, client_for: SignIn) -> None:
    message = owe(alice.user)
    client = client_for(alice)
    text(client)
    for name, arguments in (("read", [message.pk]), ("read-all", [])):
        assert client.get(reverse(f"notifications:{name}", args=arguments)).status_code == 405
    message.refresh_from_db()
    assert message.read_at is None


def test_all_can_be_read_at_once_and_unread_ones_shown_alone(
    alice: Membership, bob: Membership, client_for: SignIn
) -> None:
    owe(alice.user, bob.user)
    client = client_for(alice)
    assert "ISS-7Q4K2M9D" in text(client, "?unread=1")
    client.post(reverse("notifications:read-all"))
    assert "Everything is read" in text(client, "?unread=1")
    assert "ISS-7Q4K2M9D" in text(client)
    assert Message.objects.get(recipient=bob.user).read_at is None


def test_an_empty_inbox_says_what_will_be_here(alice: Membership, client_for: SignIn) -> None:
    page = text(client_for(alice))
    assert "No messages yet" in page
    assert "inbox-link__count" not in page


def test_more_than_a_hundred_are_counted_as_such(alice: Membership, client_for: SignIn) -> None:
    for number in range(101):
        owe(alice.user, cause=f"event:{number}")
    assert "99+" in text(client_for(alice))


def test_an_inbox_costs_the_same_for_one_message_and_for_many(alice: Membership, client_for: SignIn) -> None:
    owe(alice.user)
    client = client_for(alice)
    text(client)
    with CaptureQueriesContext(
        connection,
    ) as one:
        text(client)
    for number in range(2, 20):
        owe(alice.user, cause=f"event:{number}", kind="comment-added" if number % 2 else "issue-received")
    with CaptureQueriesContext(connection) as many:
        text(client)
    assert len(many) == len(one)


def test_a_message_without_words_is_shown_by_its_kind(alice: Membership, client_for: SignIn) -> None:
    message = owe(alice.user)
    Message.objects.filter(pk=message.pk).update(kind="unheard-of")
    assert "unheard-of" in text(client_for(alice))


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/x", "javascript:alert(1)", 7, None])
def test_a_message_leads_to_a_page_of_the_portal_only(
    alice: Membership, client_for: SignIn, url: object
) -> None:
    owe(alice.user, context={**FULL, "url": url})
    page = text(client_for(alice))
    assert "evil" not in page
    assert "javascript:" not in page


def test_a_digest_itself_is_not_in_the_inbox(alice: Membership, client_for: SignIn) -> None:
    services.save_preferences(person=alice.user, wishes={"issue-received": "hourly"}, now=NOW)
    for number in range(2):
        owe(alice.user, cause=f"event:{number}")
    assert text(client_for(alice)).count("Waits for your digest") == 2
    services.deliver(now=NOW + timedelta(hours=1))
    page = text(client_for(alice))
    assert page.count('<li class="inbox__line') == 2


def test_wishes_are_set_kind_by_kind_or_all_at_once(alice: Membership, client_for: SignIn) -> None:
    client = client_for(alice)
    address = reverse("notifications:preferences")
    assert client.get(address).status_code == 200
    assert client.post(address, {"apply": "all", "how": "daily"}).status_code == 302
    wishes = dict(alice.user.message_preferences.values_list("kind", "how"))
    assert set(wishes.values()) == {"daily"}
    assert "escalation-step" not in wishes
    client.post(address, {**wishes, "comment-added": "now"})
    assert "comment-added" not in alice.user.message_preferences.values_list("kind", flat=True)
    assert client.post(address, {**wishes, "comment-added": "never"}).status_code == 200
    assert client.post(address, {"apply": "all", "how": "never"}).status_code == 200


def test_the_count_is_one_query_on_a_page(alice: Membership, client_for: SignIn) -> None:
    client = client_for(alice)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("accounts:profile"))
    assert sum("notifications_message" in query["sql"] for query in queries) == 1


def test_a_stranger_to_every_organization_has_an_inbox_of_nothing(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.get(INBOX).status_code == 403
