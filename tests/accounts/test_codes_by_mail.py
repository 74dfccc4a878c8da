"""A code by mail opens the door once, and no mail scanner can use it."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from slaportal.accounts.models import Membership

pytestmark = pytest.mark.django_db
ASK, CONFIRM = reverse("account_request_login_code"), reverse("account_confirm_login_code")


def ask(client: Client, email: str, capture: DjangoCaptureOnCommitCallbacks, **more: str) -> None:
    with capture(execute=True):
        client.post(ASK, {"email": email, **more})


def code_of(text: str) -> str:
    found = re.search(r"code to sign in: (\S+)", text)
    assert found is not None
    return found[1]


def test_the_code_opens_the_door_once_and_leads_to_the_wanted_page(
    client: Client, alice: Membership, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ask(client, alice.user.email, django_capture_on_commit_callbacks, next="/profile")
    code = code_of(str(mail.outbox[0].body))
    assert client.post(CONFIRM, {"code": code, "next": "/profile"}).headers["Location"] == "/profile"
    assert client.get("/profile").status_code == 200
    client.logout()
    assert client.post(CONFIRM, {"code": code}).status_code == 302
    assert client.get("/profile").status_code == 302


def test_opening_the_link_fills_the_code_in_and_signs_nobody_in(
    client: Client, alice: Membership, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ask(client, alice.user.email, django_capture_on_commit_callbacks)
    code = code_of(str(mail.outbox[0].body))
    link = f"{CONFIRM}?code={code}"
    assert f"https://portal.example{link}" in mail.outbox[0].body
    assert f'value="{code}"' in client.get(link).content.decode()
    assert client.get("/profile").status_code == 302
    scanner = Client()
    scanner.get(link)
    assert scanner.get("/profile").status_code == 302


def test_an_unknown_address_gets_the_same_answer_and_no_mail(
    client: Client, alice: Membership, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    answers = []
    for email in (alice.user.email, "nobody@acme.example"):
        browser = Client()
        with django_capture_on_commit_callbacks(execute=True):
            answers.append(browser.post(ASK, {"email": email}).headers["Location"])
    assert answers[0] == answers[1]
    assert [one.to for one in mail.outbox] == [[alice.user.email]]


def test_three_wrong_codes_end_the_try(
    client: Client, alice: Membership, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ask(client, alice.user.email, django_capture_on_commit_callbacks)
    code = code_of(str(mail.outbox[0].body))
    for _ in range(3):
        client.post(CONFIRM, {"code": "wrong"})
    client.post(CONFIRM, {"code": code})
    assert client.get("/profile").status_code == 302


def test_a_person_whose_account_was_ended_gets_no_mail(
    client: Client, alice: Membership, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    alice.user.is_active = False
    alice.user.save(update_fields=["is_active"])
    ask(client, alice.user.email, django_capture_on_commit_callbacks)
    assert mail.outbox == []


def test_the_mail_speaks_the_language_of_its_reader(
    client: Client, alice: Membership, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ask(client, alice.user.email, django_capture_on_commit_callbacks)
    letter = mail.outbox[0]
    assert isinstance(letter, mail.EmailMultiAlternatives)
    html = str(letter.alternatives[0][0])
    assert code_of(str(mail.outbox[0].body)) in html
    assert alice.user.language == "en"
