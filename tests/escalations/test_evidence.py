"""Evidence of an exception, the plan's steps, and both due instants side by side (spec §5)."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from slaportal.accounts.models import Membership
from slaportal.escalations.models import Evidence, SlaException
from slaportal.escalations.services import accept_exception, approve_exception
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, work
from slaportal.ledger.models import Event
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
NOW = MONDAY + 20 * HOUR
BYTES = b"build 4711 fails on arm64"


@pytest.fixture(autouse=True)
def _somewhere_else(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = str(tmp_path)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def issue(world: World) -> Issue:
    """A Critical issue of acme with four hours left."""
    found = report(world.bob, level="critical")
    classification.agree(issue=fresh(found), actor=world.sam, now=MONDAY + timedelta(minutes=5))
    work.comment(issue=fresh(found), body="On it.", actor=world.sam, now=MONDAY + timedelta(minutes=6))
    return fresh(found)


def ask(client: Client, issue: Issue, **changes: Any) -> Any:
    typed: dict[str, Any] = {
        "metric": "resolution",
        "effect": "added_time",
        "cause": "technical_challenge",
        "reason": "The build fails.",
        "plan": "Sam – new build of the driver – Wednesday",
        "until": "2026-03-04T09:00",
        "evidence": SimpleUploadedFile("build.log", BYTES),
    }
    return client.post(
        reverse("escalations:request-exception", args=[issue.reference]), {**typed, **changes}, follow=True
    )


def approve(world: World) -> SlaException:
    exception = SlaException.objects.select_related(
        "issue__organization", "issue__agreement__policy_version"
    ).get()
    approve_exception(exception=exception, actor=world.lena, now=NOW)
    return exception


def address() -> str:
    return reverse("escalations:evidence", args=[Evidence.objects.get().reference])


def test_evidence_stays_with_the_vendor_until_the_exception_is_approved(
    issue: Issue, world: World, client_for: SignIn
) -> None:
    assert ask(client_for(world.sam), issue).status_code == 200
    client = client_for(world.alice)
    assert client.get(address()).status_code == 404
    assert "build.log" not in client.get(f"/issues/{issue.reference}").content.decode()
    approve(world)
    assert "build.log" in client.get(f"/issues/{issue.reference}").content.decode()
    response = client.get(address())
    assert b"".join(response) == BYTES
    assert response.headers["Content-Disposition"] == 'attachment; filename="build.log"'
    assert client_for(world.charlie).get(address()).status_code == 404


def test_the_ledger_names_the_hash_of_each_file(issue: Issue, world: World, client_for: SignIn) -> None:
    ask(client_for(world.sam), issue)
    event = Event.objects.get(kind="exception.requested")
    named = json.loads(event.payload)["data"]["evidence"]
    assert [one["sha256"] for one in named] == [hashlib.sha256(BYTES).hexdigest()]


def test_a_program_is_no_evidence_and_the_words_stay(issue: Issue, world: World, client_for: SignIn) -> None:
    response = ask(client_for(world.sam), issue, evidence=SimpleUploadedFile("fix.exe", b"MZ"))
    assert response.status_code == 422
    assert "The build fails." in response.content.decode()
    assert not SlaException.objects.exists()


def test_a_plan_without_steps_is_taken_with_a_hint(issue: Issue, world: World, client_for: SignIn) -> None:
    hint = "who – what – until when."
    loose = ask(client_for(world.sam), issue, plan="We look after it.").content.decode()
    assert f"It reads best with one step a line: {hint}" in loose
    assert SlaException.objects.get().plan == "We look after it."


def test_a_plan_with_steps_gets_no_hint(issue: Issue, world: World, client_for: SignIn) -> None:
    plan = "Sam – new build – Wednesday\nLena - tells the client - today"
    assert "It reads best" not in ask(client_for(world.sam), issue, plan=plan).content.decode()


def test_both_due_instants_stand_side_by_side_once_they_differ(
    issue: Issue, world: World, client_for: SignIn
) -> None:
    ask(client_for(world.sam), issue)
    exception = approve(world)
    client = client_for(world.alice)
    assert "With exception" not in client.get(f"/issues/{issue.reference}").content.decode()
    exception.issue = fresh(issue)
    accept_exception(exception=exception, actor=world.alice, now=NOW)
    page = client.get(f"/issues/{issue.reference}").content.decode()
    assert "With exception" in page
    assert "2026-03-03 08:00:00 UTC" in page
    assert "2026-03-04 09:00:00 UTC" in page
    assert "with exception" in client.get("/").content.decode()
