"""Files on pages: with a report, a message or a note; refused ones keep the text."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.issues.models import Attachment, Issue
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]


@pytest.fixture(autouse=True)
def _at_ten(settings: object, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    with time_machine.travel(MONDAY + HOUR, tick=False):
        yield


def upload(name: str, content: bytes = b"09:14 empty token") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_report_comes_with_its_files(world: World, client_for: SignIn) -> None:
    client = client_for(world.bob)
    typed = {
        "submission_key": str(uuid4()),
        "title": "Empty tokens",
        "description": "See the log.",
        "level": "high",
        "attachments": [upload("trace.log"), upload("screen.png")],
    }
    page = client.post("/issues/new", typed, follow=True).content.decode()
    assert Issue.objects.get().attachments.count() == 2
    assert "trace.log" in page
    assert "screen.png" in page


def test_a_message_carries_files_to_both_parties(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    act = reverse("issues:act", args=[issue.reference, "comment"])
    typed = {"version": 1, "seen": 0, "body": "See the log.", "attachments": [upload("trace.log")]}
    assert client_for(world.sam).post(act, typed).status_code == 303
    kept = Attachment.objects.get()
    address = reverse("issues:attachment", args=[kept.reference])
    assert address in client_for(world.bob).get(f"/issues/{issue.reference}").content.decode()


def test_the_file_of_a_note_is_on_no_page_of_the_client(world: World, client_for: SignIn) -> None:
    issue = report(world.bob)
    act = reverse("issues:act", args=[issue.reference, "note"])
    client_for(world.sam).post(act, {"version": 1, "body": "Ours.", "attachments": [upload("canary.log")]})
    assert "canary.log" in client_for(world.sam).get(f"/issues/{issue.reference}").content.decode()
    assert "canary.log" not in client_for(world.bob).get(f"/issues/{issue.reference}").content.decode()


def test_a_refused_file_keeps_the_text_and_says_that_files_are_chosen_again(
    world: World, client_for: SignIn
) -> None:
    issue = report(world.bob)
    act = reverse("issues:act", args=[issue.reference, "comment"])
    typed = {"version": 1, "seen": 0, "body": "Run this.", "attachments": [upload("fix.exe")]}
    response = client_for(world.bob).post(act, typed)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Run this." in text
    assert "is a program and cannot be attached" in text
    assert "choose your files again" in text
    assert fresh(issue).comments.count() == 0
