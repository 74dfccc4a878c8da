"""A person to write to, and a bell that rings nobody."""

import pytest

from slaportal.accounts.models import User
from slaportal.notifications.nudging import bell
from tests.notifications.people import make_person


@pytest.fixture
def person(db: None) -> User:
    """Somebody in Berlin who reads English."""
    return make_person()


@pytest.fixture(autouse=True)
def _bell_as_new() -> None:
    """No test inherits the silence after another test's broken broker."""
    bell.forget()
