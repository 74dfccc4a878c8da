"""The development mailbox: mail as it would arrive, readable by those it is for, locked away from the portal."""

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from pytest_django import Settings

from slaportal.accounts.models import Membership
from slaportal.notifications import selectors, services
from slaportal.notifications.models import MailboxEntry
from tests.notifications.people import NOW, owe

LIST = reverse("notifications:mailbox")


@pytest.fixture(autouse=True)
def _kept_mail(settings: Settings) -> None:
    settings.EMAIL_BACKEND = selectors.MAILBOX_BACKEND


@pytest.fixture
def entry(alice: Membership) -> MailboxEntry:
    """A delivered mail to alice."""
    owe(alice.user)
    services.deliver(now=NOW)
    return MailboxEntry.objects.get()


def browser(member: Membership) -> Client:
    """A browser in which `member` is signed in."""
    client = Client()
    client.force_login(member.user)
    return client


def test_a_mail_is_kept_as_it_left(alice: Membership, entry: MailboxEntry) -> None:
    assert entry.to == alice.user.email
    assert entry.subject.startswith("[ISS-7Q4K2M9D High]")
    assert "We have received" in entry.text
    assert "<html" in entry.html
    assert entry.headers["Auto-Submitted"] == "auto-generated"
    assert entry.headers["Message-ID"] == entry.message_id


@pytest.mark.django_db
def test_a_mail_that_arrives_again_under_its_id_is_one_entry() -> None:
    for _ in range(2):
        EmailMultiAlternatives("Hello", "text", to=["a@b.example"], headers={"Message-ID": "<1@x>"}).send()
    assert MailboxEntry.objects.count() == 1


@pytest.mark.django_db
def test_a_mail_to_two_people_is_kept_for_each() -> None:
    send_mail("Hello", "text", None, ["Meera Nair <a@b.example>", "c@d.example"])
    assert sorted(MailboxEntry.objects.values_list("to", flat=True)) == ["a@b.example", "c@d.example"]
    assert MailboxEntry.objects.filter(html="").count() == 2


def test_a_person_sees_their_own_mail_only(
    alice: Membership, charlie: Membership, entry: MailboxEntry
) -> None:
    assert escape(entry.subject).encode() in browser(alice).get(LIST).content
    assert escape(entry.subject).encode() not in browser(charlie).get(LIST).content
    for name in ("notifications:mail", "notifications:mail-html"):
        assert browser(alice).get(reverse(name, args=[entry.pk])).status_code == 200
        assert browser(charlie).get(reverse(name, args=[entry.pk])).status_code == 404


def test_staff_of_the_vendor_read_all_and_narrow_by_recipient_and_words(
    ada: Membership, entry: MailboxEntry
) -> None:
    send_mail("Invitation", "Come in", None, ["new@client.example"])
    client = browser(ada)
    both = client.get(LIST).content
    assert b"Invitation" in both
    assert b"ISS-7Q4K2M9D" in both
    assert b"ISS-7Q4K2M9D" not in client.get(LIST, {"to": "new@client.example"}).content
    assert b"Come in" not in client.get(LIST, {"q": "received export"}).content
    assert b"No mail fits" in client.get(LIST, {"q": "nowhere"}).content


def test_one_mail_is_shown_with_its_text_and_headers(alice: Membership, entry: MailboxEntry) -> None:
    page = browser(alice).get(reverse("notifications:mail", args=[entry.pk]))
    text = page.content.decode()
    assert "We have received" in text
    assert "Auto-Submitted" in text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_the_html_of_a_mail_runs_and_loads_nothing_and_has_no_origin(
    alice: Membership, entry: MailboxEntry
) -> None:
    response = browser(alice).get(reverse("notifications:mail-html", args=[entry.pk]))
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in response.headers["Cache-Control"]


def test_an_empty_mailbox_says_what_will_appear(bob: Membership) -> None:
    assert b"No mail yet" in browser(bob).get(LIST).content


def test_where_mail_is_really_sent_there_is_no_mailbox(
    alice: Membership, entry: MailboxEntry, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for path in (LIST, reverse("notifications:mail", args=[entry.pk])):
        assert browser(alice).get(path).status_code == 404


def test_the_list_asks_as_often_for_one_mail_as_for_many(alice: Membership, entry: MailboxEntry) -> None:
    client = browser(alice)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
        for number in range(20):
            send_mail(f"Mail {number}", "text", None, [alice.user.email])
    assert counts[0] == counts[1]
