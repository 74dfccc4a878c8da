"""The page of the seal, the published key, and checkpoints that people take with them."""

from collections.abc import Callable
from datetime import datetime

from django.test import Client
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue
from slaportal.ledger import keys, notes
from slaportal.ledger.models import Log
from slaportal.ledger.services import seal

SignIn = Callable[[Membership], Client]
Report = Callable[..., Issue]
PAGE = reverse("ledger:checkpoints")


def test_everybody_may_know_the_key(client: Client, db: None) -> None:
    assert client.get(reverse("ledger:key")).content.decode() == f"Ed25519 {keys.public_key().hex()}\n"


def test_a_client_sees_its_own_log_and_the_vendor_all(
    report: Report,
    bob: Membership,
    alice: Membership,
    charlie: Membership,
    lena: Membership,
    monday: datetime,
    client_for: SignIn,
) -> None:
    report(bob)
    report(charlie)
    seal(now=monday)
    mine, other = (Log.objects.get(organization=who.organization).reference for who in (alice, charlie))
    shown = client_for(alice).get(PAGE).content.decode()
    assert mine in shown
    assert other not in shown
    both = client_for(lena).get(PAGE).content.decode()
    assert mine in both
    assert other in both
    assert client_for(bob).get(PAGE).status_code == 403


def test_a_checkpoint_is_taken_as_text_that_verifies(
    report: Report,
    bob: Membership,
    alice: Membership,
    charlie: Membership,
    monday: datetime,
    client_for: SignIn,
) -> None:
    report(bob)
    seal(now=monday)
    log = Log.objects.get()
    address = reverse("ledger:checkpoint", args=[log.reference])
    taken = client_for(alice).get(address)
    assert notes.verify(taken.content.decode(), keys.public_key()).size == log.size
    assert "attachment" in taken.headers["Content-Disposition"]
    assert client_for(charlie).get(address).status_code == 404


def test_before_the_first_seal_the_page_says_so(alice: Membership, client_for: SignIn) -> None:
    assert "Nothing is sealed yet" in client_for(alice).get(PAGE).content.decode()
