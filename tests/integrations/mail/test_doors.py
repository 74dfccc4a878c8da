"""The doors of mail: each keeps the bytes before it says yes."""

import base64
import io
import json
import smtplib
import socket
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from slaportal.integrations import fetching
from slaportal.integrations.management.commands.mail_server import Keeper, Receiver
from slaportal.integrations.models import InboundMail
from slaportal.integrations.services import mail
from slaportal.integrations.tasks import round_of_mail
from slaportal.issues.models import Issue
from tests.integrations.mail.letters import written
from tests.world import MONDAY, World

HOOK = reverse("integrations:mail-hook")


class Box:
    """An IMAP mailbox, as imap_tools shows it."""

    def __init__(self, *mails: bytes) -> None:
        self.mails = dict(enumerate(mails, 1))
        self.seen: set[str] = set()
        self.client = self

    def uids(self, criteria: object) -> list[str]:
        return [str(number) for number in self.mails if str(number) not in self.seen]

    def uid(self, command: str, uid: str, parts: str) -> tuple[str, list[Any]]:
        assert "PEEK" in parts
        return "OK", [(b"1 (BODY[]", self.mails[int(uid)]), b")"]

    def flag(self, uid: str, flag: str, value: bool) -> None:
        self.seen.add(uid)


@pytest.mark.django_db
def test_the_mailbox_is_emptied_once_however_often_it_is_asked(world: World) -> None:
    box = Box(written("bob@acme.example", "one"), written("bob@acme.example", "two"))
    assert fetching.fetch(box, now=MONDAY) == 2  # type: ignore[arg-type]
    assert fetching.fetch(box, now=MONDAY) == 0  # type: ignore[arg-type]
    box.seen.clear()  # the process died before it could mark them
    assert fetching.fetch(box, now=MONDAY) == 0  # type: ignore[arg-type]
    mail.handle_waiting(now=MONDAY)
    assert Issue.objects.count() == 2


@pytest.mark.django_db
def test_a_mailbox_that_does_not_answer_does_not_keep_what_waits_from_being_read(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(address: str) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(fetching, "mailbox", closed)
    settings.INBOUND_IMAP = "imaps://a:b@mail.example/INBOX"
    mail.spool(raw=written("bob@acme.example"), way="lmtp", sent_from="bob@acme.example", now=MONDAY)
    assert round_of_mail() == 1


@pytest.mark.django_db(transaction=True)
def test_the_mail_server_of_this_machine_hands_over_by_lmtp(world: World) -> None:
    receiver = Receiver(Keeper(), hostname="127.0.0.1", port=_free_port())
    receiver.start()
    try:
        with smtplib.LMTP("127.0.0.1", receiver.port) as server:
            server.sendmail("bob@acme.example", ["support@portal.example"], written("bob@acme.example"))
    finally:
        receiver.stop()
    row = InboundMail.objects.get()
    assert (row.sent_from, row.sent_to, row.way) == ("bob@acme.example", "support@portal.example", "lmtp")


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_kept_stays_with_the_mail_server(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**more: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(mail, "spool", full)
    receiver = Receiver(Keeper(), hostname="127.0.0.1", port=_free_port())
    receiver.start()
    try:
        with smtplib.LMTP("127.0.0.1", receiver.port) as server, pytest.raises(smtplib.SMTPDataError) as said:
            server.sendmail("bob@acme.example", ["support@portal.example"], written("bob@acme.example"))
    finally:
        receiver.stop()
    assert said.value.smtp_code == 451


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.django_db
def test_a_mail_from_standard_input_is_kept_and_posted(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for told in ("Kept: Posted", "Known already: Posted"):
        stdin = io.TextIOWrapper(io.BytesIO(written("bob@acme.example")))
        monkeypatch.setattr("sys.stdin", stdin)
        call_command("take_mail")
        assert told in capsys.readouterr().out
    assert Issue.objects.count() == 1


@pytest.fixture
def postmark(settings: Settings) -> Callable[..., int]:
    settings.INBOUND_HOOK = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "name:password"}

    def call(body: object, *, secret: str = "name:password") -> int:
        basic = base64.b64encode(secret.encode()).decode()
        answer = Client().post(
            HOOK, json.dumps(body), content_type="application/json", HTTP_AUTHORIZATION=f"Basic {basic}"
        )
        return answer.status_code

    return call


FACTS = {
    "FromFull": {"Email": "bob@acme.example", "Name": "Bob"},
    "ToFull": [{"Email": "support@portal.example", "Name": ""}],
    "Subject": "Printer burns",
    "TextBody": "Really.",
    "Headers": [{"Name": "Message-ID", "Value": "<1@acme.example>"}],
    "Attachments": [],
}


@pytest.mark.django_db
def test_a_provider_hands_over_with_its_secret_only(world: World, postmark: Callable[..., int]) -> None:
    assert postmark(FACTS, secret="name:wrong") == 403
    assert not InboundMail.objects.exists()
    assert postmark(FACTS) == 200
    assert postmark(FACTS) == 200
    assert InboundMail.objects.get().way == "hook"


@pytest.mark.django_db
@pytest.mark.parametrize("body", [None, [], "x", {"Headers": 1}])
def test_what_is_no_call_of_the_provider_is_the_callers_fault(
    world: World, postmark: Callable[..., int], body: object
) -> None:
    assert postmark(body) in {200, 400}
    mail.handle_waiting(now=MONDAY)
    assert not Issue.objects.exists()


@pytest.mark.django_db
def test_without_a_provider_there_is_no_such_door(client: Client) -> None:
    assert client.post(HOOK, "{}", content_type="application/json").status_code == 404
