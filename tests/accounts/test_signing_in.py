"""The front door: who comes in, how often one may try, and where one lands."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from slaportal.accounts import services
from slaportal.accounts.models import Membership, SignInAttempt
from slaportal.accounts.services.doors import MOST_ATTEMPTS, WINDOW
from tests.world import PASSWORD

DOOR = reverse("accounts:sign-in")


def try_to_sign_in(client: Client, email: str, password: str, **more: str) -> tuple[int, str]:
    response = client.post(DOOR, {"email": email, "password": password, **more})
    return response.status_code, response.headers.get("Location", "") or response.content.decode()


def test_the_right_password_opens_whatever_the_case_of_the_address(client: Client, alice: Membership) -> None:
    status, goal = try_to_sign_in(client, alice.user.email.upper(), PASSWORD)
    assert (status, goal) == (302, "/")
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_an_unknown_account_and_a_wrong_password_get_the_same_page(client: Client, alice: Membership) -> None:
    _, wrong = try_to_sign_in(client, alice.user.email, "not it at all")
    _, unknown = try_to_sign_in(client, "alicf@acme.example", "not it at all")
    without_address = wrong.replace(alice.user.email, "")
    assert "do not match" in without_address
    assert _stable(without_address) == _stable(unknown.replace("alicf@acme.example", ""))


def _stable(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


@pytest.mark.parametrize("known", [True, False])
def test_after_ten_failures_even_the_right_password_waits(
    client: Client, alice: Membership, known: bool
) -> None:
    email = alice.user.email if known else "nobody@acme.example"
    for _ in range(MOST_ATTEMPTS):
        assert try_to_sign_in(client, email, "wrong")[0] == 200
    status, page = try_to_sign_in(client, email, PASSWORD)
    assert status == 429
    assert "Wait 15 minutes" in page


def test_tries_at_one_account_do_not_lock_another_or_another_address(
    client: Client, alice: Membership, bob: Membership
) -> None:
    for _ in range(MOST_ATTEMPTS + 1):
        try_to_sign_in(client, alice.user.email, "wrong")
    assert try_to_sign_in(client, bob.user.email, PASSWORD)[0] == 302
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert try_to_sign_in(elsewhere, alice.user.email, PASSWORD)[0] == 302


def test_a_success_forgets_the_failures_before_it(client: Client, alice: Membership) -> None:
    for _ in range(MOST_ATTEMPTS - 1):
        try_to_sign_in(client, alice.user.email, "wrong")
    assert try_to_sign_in(client, alice.user.email, PASSWORD)[0] == 302
    assert not SignInAttempt.objects.exists()


@pytest.mark.django_db
def test_no_address_is_stored_with_a_try(client: Client) -> None:
    try_to_sign_in(client, "my-password-typed-by-mistake@acme.example", "x")
    attempt = SignInAttempt.objects.get()
    assert "mistake" not in attempt.account


@pytest.mark.django_db
def test_a_try_is_forgotten_when_it_no_longer_counts(monday: datetime) -> None:
    for passed in (timedelta(0), WINDOW, 2 * WINDOW):
        services.admit_attempt(account="a@acme.example", network_address="192.0.2.1", now=monday + passed)
    assert SignInAttempt.objects.count() == 1


@pytest.mark.parametrize(
    ("wanted", "goal"),
    [
        ("/profile", "/profile"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("\\\\evil.example", "/"),
    ],
)
def test_only_pages_of_the_portal_are_next(client: Client, alice: Membership, wanted: str, goal: str) -> None:
    assert try_to_sign_in(client, alice.user.email, PASSWORD, next=wanted) == (302, goal)


def test_who_sees_no_issues_starts_in_the_admin(client: Client, ada: Membership) -> None:
    assert try_to_sign_in(client, ada.user.email, PASSWORD, next="/") == (302, reverse("admin:index"))


def test_signing_in_changes_the_session_key(client: Client, alice: Membership) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    try_to_sign_in(client, alice.user.email, PASSWORD)
    assert client.session.session_key != before


def test_somebody_whose_account_is_closed_gets_the_usual_answer(client: Client, alice: Membership) -> None:
    alice.user.is_active = False
    alice.user.save(update_fields=["is_active"])
    status, page = try_to_sign_in(client, alice.user.email, PASSWORD)
    assert status == 200
    assert "do not match" in page


def test_signing_out_is_not_done_by_looking(client: Client, alice: Membership) -> None:
    client.force_login(alice.user)
    assert client.get(reverse("accounts:sign-out")).status_code == 405
    assert client.post(reverse("accounts:sign-out")).headers["Location"] == DOOR
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_the_sign_in_page_is_not_kept_by_the_browser(client: Client) -> None:
    assert "no-store" in client.get(DOOR).headers["Cache-Control"]
