"""Two sealers at once, and writers beside them: one place for every event, no fork, nothing passed over."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings

from slaportal.issues.models import Issue
from slaportal.ledger.models import Event, Leaf, Log, Unsealed
from slaportal.ledger.selectors.verifying import verify
from slaportal.ledger.services import seal
from tests.world import HOUR, MONDAY, make_world, report

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works: Callable[[], object]) -> None:
    """Do all of it at the same time, each in a thread with a connection of its own; raise what any of them raised."""
    failed: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told in the main thread
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def test_sealers_and_writers_at_once_leave_one_dense_log(settings: Settings, tmp_path: Path) -> None:
    settings.LEDGER_DIR = tmp_path / "ledger"
    world = make_world()
    start = threading.Barrier(4)

    def write(at: datetime) -> list[Issue]:
        start.wait()
        return [report(world.bob, at=at, title=f"Matter {number}") for number in range(6)]

    def keep_sealing() -> None:
        start.wait()
        for _ in range(12):
            seal(now=MONDAY)

    together(lambda: write(MONDAY), lambda: write(MONDAY + HOUR), keep_sealing, keep_sealing)
    seal(now=MONDAY)
    assert Leaf.objects.count() == Event.objects.count() >= 24
    assert not Unsealed.objects.exists()
    places = (
        Leaf.objects.filter(log=Log.objects.get()).order_by("position").values_list("position", flat=True)
    )
    assert list(places) == list(range(Event.objects.count()))
    verdict = verify()
    assert verdict.whole, verdict.faults
