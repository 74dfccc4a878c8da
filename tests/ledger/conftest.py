"""A ledger with a folder of its own, since what was signed last is remembered outside the database."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.LEDGER_DIR = tmp_path / "ledger"
