"""What tests of reports share."""

from datetime import timedelta

import pytest

from tests import world as worlds
from tests.world import MONDAY


@pytest.fixture
def bound_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the world that comes after be bound since Monday 23 February 2026: until 9 March two weeks and a month end."""
    monkeypatch.setattr(worlds, "BEGIN", MONDAY - timedelta(days=7))
