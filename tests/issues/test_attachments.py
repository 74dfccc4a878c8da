"""A file is as private as the message on which it hangs (promise P05), and never a page of the portal (P07)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from slaportal.accounts.models import Membership
from slaportal.issues.models import Attachment, Comment
from slaportal.issues.services import attaching, work
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from tests.world import MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def upload(name: str = "trace.log", content: bytes = b"empty token at 09:14") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def with_file(world: World, *, note: bool = False) -> Attachment:
    issue = report(world.bob)
    write = work.note if note else work.comment
    write(issue=fresh(issue), body="See the file.", actor=world.sam, now=MONDAY, files=[upload()])
    return Attachment.objects.get()


def test_a_file_is_kept_whole_under_a_name_nobody_chose(world: World) -> None:
    kept = with_file(world)
    with kept.file.open() as file:
        assert file.read() == b"empty token at 09:14"
    assert "trace" not in str(kept.file.name)
    assert kept.sha256 in Event.objects.get(kind="file.attached").payload


def test_both_parties_get_a_file_as_a_download_and_nothing_else(
    world: World, client_for: Callable[[Membership], Client]
) -> None:
    kept = with_file(world)
    for member in (world.bob, world.alice, world.sam):
        response = client_for(member).get(f"/attachments/{kept.reference}")
        assert response.getvalue() == b"empty token at 09:14"
        assert response["Content-Disposition"] == 'attachment; filename="trace.log"'
        assert response["Content-Type"] == "application/octet-stream"
        assert "sandbox" in response["Content-Security-Policy"]


def test_a_stranger_gets_the_same_answer_for_a_foreign_file_as_for_none(
    world: World, client_for: Callable[[Membership], Client]
) -> None:
    kept = with_file(world)
    stranger = client_for(world.charlie)
    assert stranger.get(f"/attachments/{kept.reference}").status_code == 404
    assert stranger.get("/attachments/ATT-00000000").status_code == 404


def test_the_file_of_an_internal_note_never_reaches_the_client(
    world: World, client_for: Callable[[Membership], Client]
) -> None:
    kept = with_file(world, note=True)
    assert client_for(world.alice).get(f"/attachments/{kept.reference}").status_code == 404
    assert client_for(world.lena).get(f"/attachments/{kept.reference}").getvalue() == b"empty token at 09:14"


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("setup.exe", b"MZ", "is a program"),
        ("empty.txt", b"", "is empty"),
        ("big.log", b"x" * 2048, "has 2.0\xa0KB; 1.0\xa0KB is the most"),
    ],
)
def test_a_refused_file_is_named_and_nothing_is_saved(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, match: str
) -> None:
    monkeypatch.setattr(attaching, "LARGEST", 1024)
    issue = report(world.bob)
    with pytest.raises(Refused, match=match):
        work.comment(
            issue=fresh(issue), body="See it.", actor=world.bob, now=MONDAY, files=[upload(name, content)]
        )
    assert Comment.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\trace.log", "trace.log"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nSet-Cookie: x.txt", "a Set-Cookie: x.txt"),
        ("", "file"),
    ],
)
def test_a_file_name_loses_its_path_and_whatever_could_deceive(given: str, kept: str) -> None:
    assert attaching.clean_name(given) == kept


def test_eleven_files_at_once_are_too_many(world: World) -> None:
    with pytest.raises(Refused, match="10 at once"):
        attaching.check([upload()] * 11)
