"""The stage, and how much a run does: `make faults` sets FAULT_KILLS and FAULT_DUES higher than the suite."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from tests.faults.stage import Stage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here, so that `make faults` finds it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("faults")


@pytest.fixture
def kills() -> int:
    """How many processes a scenario kills."""
    return int(os.environ.get("FAULT_KILLS", "4"))


@pytest.fixture
def dues() -> int:
    """How many things become due in a scenario."""
    return int(os.environ.get("FAULT_DUES", "12"))


@pytest.fixture
def chance() -> random.Random:
    """When and whom: FAULT_SEED repeats a run's choices (not the machine's)."""
    return random.Random(os.environ.get("FAULT_SEED", "1"))


@pytest.fixture(scope="session")
def _stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture
def stage(transactional_db: None, _stage: Stage, settings: Settings) -> Iterator[Stage]:
    """The stage, empty; this process mails to its mail server too, and signs people in for its web process."""
    settings.SECRET_KEY = _stage.key
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _stage.sink.port
    yield _stage
    _stage.clear()
