"""A portal that takes mail."""

import pytest
from pytest_django import Settings

from slaportal.integrations.mailreading.parsing import parse
from slaportal.integrations.services.mail import handling
from tests.integrations.mail.letters import OURS, SERVER


@pytest.fixture(autouse=True)
def _reads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a process for each mail; test_reading.py looks at that."""
    monkeypatch.setattr(handling, "read", parse)


@pytest.fixture(autouse=True)
def _takes_mail(settings: Settings) -> None:
    settings.INBOUND_ADDRESS = OURS
    settings.INBOUND_AUTHSERV_ID = SERVER
