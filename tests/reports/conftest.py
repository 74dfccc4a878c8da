"""The usual world, bound to its agreements for two weeks only: fewer periods have ended, so fewer reports are made."""

from datetime import timedelta

import pytest

from tests import world as worlds
from tests.world import MONDAY, World


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """Bound since Monday 23 February 2026: until 9 March two weeks and one month end."""
    monkeypatch.setattr(worlds, "BEGIN", MONDAY - timedelta(days=7))
    return worlds.make_world()
