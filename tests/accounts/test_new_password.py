"""A new password by mail: the same answer for everybody, a link that works once."""

import re

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from slaportal.accounts.models import Membership
from tests.world import PASSWORD

ASK = reverse("accounts:forgotten")
NEW = "a quiet river under stars"


def ask(client: Client, email: str, capture: DjangoCaptureOnCommitCallbacks) -> str:
    with capture(execute=True):
        return client.post(ASK, {"email": email}).content.decode()


def link_in(mail: EmailMultiAlternatives) -> str:
    found = re.search(r"https://portal\.example(/\S+)", str(mail.body))
    assert found
    return found.group(1)


def test_the_link_sets_a_password_once(
    client: Client,
    alice: Membership,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    ask(client, alice.user.email.upper(), django_capture_on_commit_callbacks)
    assert mailoutbox[0].to == [alice.user.email]
    path = link_in(mailoutbox[0])
    assert client.get(path).status_code == 200
    assert client.post(path, {"password": NEW}).status_code == 302
    alice.user.refresh_from_db()
    assert alice.user.check_password(NEW)
    again = client.post(path, {"password": "another quiet river"})
    assert again.status_code == 410
    assert "used already" in again.content.decode()


def test_looking_at_the_link_changes_nothing(
    client: Client,
    alice: Membership,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    ask(client, alice.user.email, django_capture_on_commit_callbacks)
    for _ in range(3):
        assert client.get(link_in(mailoutbox[0])).status_code == 200
    alice.user.refresh_from_db()
    assert alice.user.check_password(PASSWORD)


def test_nobody_learns_whether_an_account_exists(
    client: Client,
    alice: Membership,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    known = ask(client, alice.user.email, django_capture_on_commit_callbacks)
    unknown = ask(client, "nobody@acme.example", django_capture_on_commit_callbacks)
    assert known.replace(alice.user.email, "") == unknown.replace("nobody@acme.example", "")
    assert len(mailoutbox) == 1


def test_a_weak_password_is_refused_in_words(
    client: Client,
    alice: Membership,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    ask(client, alice.user.email, django_capture_on_commit_callbacks)
    page = client.post(link_in(mailoutbox[0]), {"password": "password"}).content.decode()
    assert "too common" in page
    assert 'aria-invalid="true"' in page


def test_mail_in_both_forms_says_the_same(
    client: Client,
    alice: Membership,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    ask(client, alice.user.email, django_capture_on_commit_callbacks)
    html = str(mailoutbox[0].alternatives[0][0])
    assert link_in(mailoutbox[0]) in html
    assert "works once" in html
    assert "works once" in str(mailoutbox[0].body)


@pytest.mark.parametrize(
    "path", ["/password/new/MQ/x-y", "/password/new/@/x", "/password/new/OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk/x-y"]
)
@pytest.mark.django_db
def test_a_made_up_link_gets_a_sentence(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 410
    assert "Ask for a new one" in response.content.decode()


def test_changing_the_password_ends_other_sessions_only(client: Client, alice: Membership) -> None:
    other = Client()
    other.force_login(alice.user)
    client.force_login(alice.user)
    done = client.post(reverse("accounts:password"), {"current": PASSWORD, "password": NEW})
    assert done.status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert other.get(reverse("accounts:profile")).status_code == 302
