"""Issues by program: submitted, read, listed and acted on through the same services as on the pages."""

import pytest
from django.test import Client

from slaportal.issues.models import Issue
from slaportal.issues.selectors.timeline import timeline
from slaportal.ledger.models import Event
from tests.api.programs import program
from tests.world import World, report

pytestmark = pytest.mark.django_db
WORDS = {"title": "Export fails", "description": "Error 503 since 08:00.", "level": "high"}


def test_a_program_reports_an_issue_and_the_ledger_says_that_it_was_one(world: World) -> None:
    answer = program(world.alice).post("/api/v1/issues", WORDS)
    assert answer.status_code == 201, answer.json()
    issue = Issue.objects.get(reference=answer.json()["reference"])
    assert (issue.title, issue.level, issue.reported_by) == ("Export fails", "high", world.alice)
    assert [one["metric"] for one in answer.json()["clocks"]] == ["response", "resolution"]
    event = Event.objects.get(kind="issue.submitted", subject=issue.reference)
    assert event.actor_kind == "token"
    assert '"token":' in event.payload
    assert "Alice, by a program" in {entry.who for entry in timeline(issue, reader=world.sam)}


def test_a_program_reads_lists_and_acts(world: World) -> None:
    issue = report(world.bob)
    vendor = program(world.lena)
    read = vendor.get(f"/api/v1/issues/{issue.reference.lower()}")
    assert read.status_code == 200, read.content
    assert read["ETag"] == '"1"'
    listed = vendor.get("/api/v1/issues?level=high,low&expand=comments,proposals,attachments").json()
    assert [one["reference"] for one in listed["results"]] == [issue.reference]
    assert listed["results"][0]["proposals"][0]["agreed_by"] == ["client"]
    progress = {"stage": "fixing", "percent": 40}
    done = vendor.post(f"/api/v1/issues/{issue.reference}/acts/progress", progress, HTTP_IF_MATCH='"1"')
    assert done.status_code == 200, done.json()
    assert (done.json()["stage"], done.json()["percent"], done["ETag"]) == ("fixing", 40, '"2"')
    late = vendor.post(f"/api/v1/issues/{issue.reference}/acts/progress", progress, HTTP_IF_MATCH='"1"')
    assert (late.status_code, late.json()["code"]) == (412, "version_mismatch")


def test_a_signed_in_browser_reads_but_does_not_write(world: World) -> None:
    browser = Client()
    browser.force_login(world.alice.user)
    assert browser.get("/api/v1/issues").status_code == 200
    refused = browser.post("/api/v1/issues", WORDS, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
