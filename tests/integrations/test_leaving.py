"""Whoever leaves takes everything along that they may see, and nothing else."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.integrations.services import leaving
from slaportal.issues.models import Issue
from slaportal.issues.services import work
from slaportal.jobs import services as jobs
from slaportal.ledger.models import Event
from tests.world import MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def worked_on(world: World) -> Issue:
    issue = report(world.bob)
    file = SimpleUploadedFile("app.log", b"a line\n")
    work.comment(issue=fresh(issue), body="See the log.", actor=world.sam, now=MONDAY, files=[file])
    work.note(issue=fresh(issue), body="Canary of the vendor.", actor=world.sam, now=MONDAY)
    return fresh(issue)


def taken(actor: Membership, world: World) -> zipfile.ZipFile:
    job = leaving.ask_for_export(organization=world.acme, actor=actor, now=MONDAY)
    jobs.run_next(clock=lambda: MONDAY)
    job.refresh_from_db()
    assert job.state == "done", job.problem
    return zipfile.ZipFile(leaving.file_of(job))


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]


def test_a_manager_takes_everything_of_their_organization_along(world: World) -> None:
    issue = worked_on(world)
    archive = taken(world.alice, world)
    assert [one["reference"] for one in rows(archive, "issues")] == [issue.reference]
    assert [one["body"] for one in rows(archive, "comments")] == ["See the log."]
    [attachment] = rows(archive, "attachments")
    assert archive.read(f"files/{attachment['reference']}") == b"a line\n"
    own = Event.objects.filter(organization=world.acme).readable_by("client")
    assert len(rows(archive, "events")) == own.count()


def test_nothing_of_another_client_nothing_internal_and_no_secret_is_in_it(world: World) -> None:
    worked_on(world)
    strange = report(world.charlie)
    archive = taken(world.alice, world)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (
        "Canary of the vendor",
        strange.reference,
        world.charlie.user.email,
        world.bob.user.password,
    ):
        assert secret.encode() not in everything, secret


def test_the_vendors_file_has_the_internal_notes(world: World) -> None:
    worked_on(world)
    assert [one["body"] for one in rows(taken(world.lena, world), "internal_notes")] == [
        "Canary of the vendor."
    ]


def test_each_file_has_the_hash_that_the_list_says(world: World) -> None:
    worked_on(world)
    archive = taken(world.alice, world)
    lines = archive.read("hashes.txt").decode().splitlines()
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    assert len(lines) == len(archive.namelist()) - 2


def test_the_same_world_is_the_same_file(world: World) -> None:
    worked_on(world)
    one, two = taken(world.alice, world), taken(world.alice, world)
    assert one.filename is not None
    assert two.filename is not None
    assert Path(one.filename).read_bytes() == Path(two.filename).read_bytes()


@pytest.mark.parametrize("who", ["bob", "charlie", "ada"])
def test_others_take_nothing_along(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        leaving.ask_for_export(organization=world.acme, actor=getattr(world, who), now=MONDAY)


def test_the_file_opens_for_whoever_asked_while_they_have_the_right(world: World, client_for: SignIn) -> None:
    worked_on(world)
    browser = client_for(world.alice)
    there = browser.post("/leaving", {"organization": world.acme.pk})
    jobs.run_next(clock=lambda: MONDAY + timedelta(days=9999))
    page = browser.get(there["Location"]).content.decode()
    reference = there["Location"].strip("/").rpartition("/")[2]
    assert f"/leaving/{reference}" in page
    file = browser.get(f"/leaving/{reference}")
    assert file.status_code == 200
    assert b"".join(file).startswith(b"PK")
    assert client_for(world.lena).get(f"/leaving/{reference}").status_code == 404
    Membership.objects.filter(pk=world.alice.pk).update(role="client_reporter")
    assert browser.get(f"/leaving/{reference}").status_code == 403


def test_a_manager_asks_for_their_own_organization_only(world: World, client_for: SignIn) -> None:
    assert client_for(world.alice).post("/leaving", {"organization": world.globex.pk}).status_code == 404


def test_after_a_week_it_is_gone(world: World) -> None:
    worked_on(world)
    path = Path(str(taken(world.alice, world).filename))
    os.utime(path, (MONDAY.timestamp(), MONDAY.timestamp()))
    assert leaving.forget_old(now=MONDAY + leaving.KEPT) == 0
    assert leaving.forget_old(now=MONDAY + leaving.KEPT + timedelta(seconds=1)) == 1
    assert not path.exists()
