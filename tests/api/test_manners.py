"""What a developer relies on: keys, cursors, versions, limits, problems and parameters."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient
from time_machine import TimeMachineFixture

from slaportal.accounts.models import ApiAnswer
from slaportal.accounts.services import answers
from slaportal.issues.models import Issue
from slaportal.issues.services import work
from slaportal.ledger.models import Event
from slaportal.ledger.services import seal
from tests.api.programs import program
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
WORDS = {"title": "Export fails", "description": "Error 503 since 08:00.", "level": "high"}
KEY = "0b9c2d6e-8f1f-4a57-9d0e-2a6b1c3d4e5f"


def test_the_same_request_with_the_same_key_is_done_once(world: World) -> None:
    client = program(world.alice)
    first = client.post("/api/v1/issues", WORDS, HTTP_IDEMPOTENCY_KEY=KEY)
    again = client.post("/api/v1/issues", WORDS, HTTP_IDEMPOTENCY_KEY=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert again["Idempotent-Replayed"] == "true"
    assert Issue.objects.count() == 1
    other = client.post("/api/v1/issues", {**WORDS, "level": "low"}, HTTP_IDEMPOTENCY_KEY=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert program(world.charlie).post("/api/v1/issues", WORDS, HTTP_IDEMPOTENCY_KEY=KEY).status_code == 201


def test_a_request_that_was_refused_may_be_sent_again_with_its_key(world: World) -> None:
    client = program(world.alice)
    refused = client.post("/api/v1/issues", {"title": "Export fails"}, HTTP_IDEMPOTENCY_KEY=KEY)
    assert refused.status_code == 422
    assert client.post("/api/v1/issues", WORDS, HTTP_IDEMPOTENCY_KEY=KEY).status_code == 201


def test_while_it_is_running_a_twin_waits_and_after_a_crash_it_takes_over(world: World) -> None:
    client = program(world.alice)
    client.post("/api/v1/issues", WORDS, HTTP_IDEMPOTENCY_KEY=KEY)
    now = datetime.now(UTC)
    # As a process leaves it that died in the middle: claimed, and nothing done.
    ApiAnswer.objects.update(status=None, body="", claimed_at=now, claimed_until=now + answers.LEASE)
    running = client.post("/api/v1/issues", WORDS, HTTP_IDEMPOTENCY_KEY=KEY)
    assert (running.status_code, running.json()["code"]) == (409, "still_running")
    assert running["Retry-After"] == "1"
    ApiAnswer.objects.update(claimed_until=now - timedelta(seconds=1))
    assert client.post("/api/v1/issues", WORDS, HTTP_IDEMPOTENCY_KEY=KEY).status_code == 201


def test_an_act_whose_claim_was_taken_over_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(**given: object) -> None:
        raise answers.ClaimLost

    monkeypatch.setattr(answers, "keep", too_late)
    answer = program(world.alice).post("/api/v1/issues", WORDS, HTTP_IDEMPOTENCY_KEY=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "still_running")
    assert not Issue.objects.exists()
    assert not Event.objects.exists()


def pages(client: APIClient, address: str) -> list[str]:
    """Follow a list to its end and return the references in order."""
    found: list[str] = []
    following: str | None = address
    while following:
        page = client.get(following.partition("portal.example")[2] or following).json()
        found += [one["reference"] for one in page["results"]]
        following = page["next"]
    return found


@pytest.mark.parametrize("order", ["submitted", "updated"])
def test_pages_give_every_issue_once_whatever_comes_meanwhile(world: World, order: str) -> None:
    # Seven at the same instant: only the id tells them apart.
    made = [report(world.bob, at=MONDAY).reference for _ in range(7)]
    client = program(world.alice)
    first = client.get(f"/api/v1/issues?order={order}&limit=3").json()
    newer = report(world.bob, at=MONDAY + HOUR).reference
    rest = pages(client, first["next"])
    seen = [one["reference"] for one in first["results"]] + rest
    assert sorted(seen) == sorted(made if order == "submitted" else [*made, newer])


def test_a_copy_is_kept_by_what_was_updated_since(world: World) -> None:
    old, new = (report(world.bob, at=MONDAY + HOUR * hours) for hours in (0, 2))
    work.comment(issue=fresh(old), body="News.", actor=world.bob, now=MONDAY + HOUR * 3)
    client = program(world.alice)
    since = "/api/v1/issues?order=updated&updated_since="
    assert pages(client, f"{since}2026-03-02T10:00:00Z") == [new.reference, old.reference]
    assert pages(client, f"{since}2026-03-02T10:00:01Z") == [old.reference]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("issues?levle=high", "invalid_parameter"),
        ("issues?level=hihg", "invalid_parameter"),
        ("issues?level=high&level=low", "invalid_parameter"),
        ("issues?order=organization__name", "invalid_parameter"),
        ("issues?reported_by__user__password=x", "invalid_parameter"),
        ("issues?updated_since=", "invalid_parameter"),
        ("issues?provisional=maybe", "invalid_parameter"),
        ("issues?cursor=nonsense", "invalid_cursor"),
        ("issues?limit=201", "invalid_parameter"),
        ("issues?expand=notes", "invalid_parameter"),
        ("events?after=x", "invalid_parameter"),
        ("nowhere", "not_found"),
    ],
)
def test_what_is_not_known_is_refused_by_name_and_never_ignored(
    world: World, address: str, code: str
) -> None:
    answer = program(world.alice).get(f"/api/v1/{address}")
    assert answer.json()["code"] == code
    assert answer["Content-Type"] == "application/problem+json"


def test_each_wrong_field_has_a_pointer_and_a_code(world: World) -> None:
    body = {"title": 7, "level": "hihg", "watchers": [1, "x"], "lvel": "high"}
    unknown = program(world.alice).post("/api/v1/issues", body).json()
    assert unknown["errors"] == [{"pointer": "/lvel", "code": "unknown", "detail": "There is no such field."}]
    del body["lvel"]
    answer = program(world.alice).post("/api/v1/issues", body).json()
    found = {one["pointer"]: one["code"] for one in answer["errors"]}
    assert found == {
        "/title": "invalid",
        "/description": "required",
        "/level": "invalid_choice",
        "/watchers/1": "invalid",
    }


def test_the_limit_counts_for_each_token_and_says_what_is_left(world: World, settings: Settings) -> None:
    settings.API_CALLS_A_MINUTE = 3
    client = program(world.alice)
    left = [client.get("/api/v1/me") for _ in range(4)]
    assert [answer["RateLimit-Remaining"] for answer in left] == ["2", "1", "0", "0"]
    assert [answer.status_code for answer in left] == [200, 200, 200, 429]
    assert 1 <= int(left[3]["Retry-After"]) <= 60
    assert program(world.charlie).get("/api/v1/me").status_code == 200


def test_lists_ask_as_often_for_many_as_for_one_whatever_is_expanded(
    world: World, report_many: Callable[[int], None], time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(datetime.now(UTC), tick=False)  # a new minute begins a new count
    client = program(world.lena)
    client.get("/api/v1/me")
    for address in (
        "issues?expand=comments,proposals,attachments",
        "obligations",
        "escalations",
        "exceptions",
        "people",
        "agreements",
        f"events?organization={world.acme.pk}",
    ):
        counts = []
        for many in (1, 3):
            report_many(many)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(f"/api/v1/{address}").status_code == 200
            counts.append(len(seen))
        assert counts[0] == counts[1], address


@pytest.fixture
def report_many(world: World) -> Callable[[int], None]:
    """Report some issues with a message each, and seal what happened."""

    def make(many: int) -> None:
        for _ in range(many):
            work.comment(issue=report(world.bob), body="We look at it.", actor=world.sam, now=MONDAY)
        seal(now=MONDAY)

    return make


def test_the_feed_gives_each_event_once_in_an_order_that_stays(world: World) -> None:
    client, seen, position = program(world.alice), [], -1
    for _ in range(3):
        issue = report(world.bob)
        work.note(issue=issue, body="Only inside.", actor=world.sam, now=MONDAY)
        seal(now=MONDAY)
        while True:
            page = client.get(f"/api/v1/events?after={position}&limit=2").json()
            seen += page["results"]
            position = page["position"]
            if not page["more"]:
                break
    both = Event.objects.filter(organization=world.acme, audience="both")
    assert [one["id"] for one in seen] == list(both.order_by("leaf__position").values_list("pk", flat=True))
    assert "note.added" not in {one["kind"] for one in seen}
