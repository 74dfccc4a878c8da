"""`/healthz` says whether the portal does its work, and which part does not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings

from config import health
from slaportal.notifications.models import Heartbeat

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def all_beat(at: datetime) -> None:
    for name in health.WATCHED:
        Heartbeat.beat(name, now=at)


@pytest.mark.django_db
def test_a_portal_whose_parts_were_seen_lately_is_well(settings: Settings) -> None:
    settings.HEARTBEAT_STALE_AFTER = 60
    all_beat(NOW - timedelta(seconds=60))
    assert health.problems(now=NOW) == {}


@pytest.mark.django_db
def test_a_silent_watch_is_named_with_its_last_sign_of_life(settings: Settings) -> None:
    settings.HEARTBEAT_STALE_AFTER = 60
    all_beat(NOW)
    Heartbeat.beat("watch", now=NOW - timedelta(seconds=61))
    assert health.problems(now=NOW) == {"watch": "last ran at 2026-03-02T08:58:59+00:00"}


@pytest.mark.django_db
def test_a_part_that_never_ran_is_not_well() -> None:
    assert health.problems(now=NOW) == dict.fromkeys(health.WATCHED, "has not run yet")


@pytest.mark.django_db
def test_the_probe_needs_no_sign_in_and_gets_503_with_the_reason(client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["parts"]["delivery"] == "has not run yet"
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_the_probe_gets_200_from_a_portal_that_works(client: Client) -> None:
    all_beat(datetime.now(UTC))  # noqa: TID251 – the page reads the real clock
    response = client.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (200, "ok")


def test_a_database_that_does_not_answer_is_said_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        @staticmethod
        def filter(**conditions: object) -> object:
            raise DatabaseError("secret detail of the server")

    monkeypatch.setattr(Heartbeat, "objects", Broken)
    assert health.problems(now=NOW) == {"database": "does not answer: DatabaseError"}
