"""The cast: everybody knows them, so every test can be read without looking anything up.

alice manages acme's issues, bob reports them; charlie manages globex's and must never see acme's; sam is an agent,
lena a lead and vera senior management of the vendor, ada its administrator. It is Monday, 09:00 in Berlin.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client
from django.utils import translation
from hypothesis import settings

from slaportal.accounts.models import Membership, Organization
from slaportal.issues.models import Issue
from tests import world as worlds
from tests.world import World

# The suite takes the same examples every time, so a red run is never luck; explore with HYPOTHESIS_PROFILE=explore.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture
def world(db: None) -> World:
    """Two clients and their vendor, one agreement each."""
    return worlds.make_world()


@pytest.fixture
def acme(world: World) -> Organization:
    """A client in Berlin, open Monday to Friday 09:00 to 17:00."""
    return world.acme


@pytest.fixture
def globex(world: World) -> Organization:
    """A client in New York."""
    return world.globex


@pytest.fixture
def vendor(world: World) -> Organization:
    """The vendor."""
    return world.vendor


@pytest.fixture
def alice(world: World) -> Membership:
    """Client manager of acme."""
    return world.alice


@pytest.fixture
def bob(world: World) -> Membership:
    """Client reporter of acme."""
    return world.bob


@pytest.fixture
def charlie(world: World) -> Membership:
    """Client manager of globex: a stranger to acme."""
    return world.charlie


@pytest.fixture
def sam(world: World) -> Membership:
    """Vendor agent."""
    return world.sam


@pytest.fixture
def lena(world: World) -> Membership:
    """Vendor lead."""
    return world.lena


@pytest.fixture
def vera(world: World) -> Membership:
    """Senior management of the vendor."""
    return world.vera


@pytest.fixture
def ada(world: World) -> Membership:
    """Administrator of the vendor."""
    return world.ada


@pytest.fixture
def monday() -> datetime:
    """Monday 2 March 2026, 09:00 in Berlin."""
    return worlds.MONDAY


@pytest.fixture
def client_for() -> Callable[[Membership], Client]:
    """Return a browser in which a member is signed in."""

    def sign_in(member: Membership) -> Client:
        client = Client()
        client.force_login(member.user)
        return client

    return sign_in


@pytest.fixture
def report(world: World) -> Callable[..., Issue]:
    """Report an issue through the service; see `tests.world.report`."""
    return worlds.report


@pytest.fixture(autouse=True)
def _no_language_left_behind() -> Iterator[None]:
    """A request activates its reader's language for the whole thread."""
    with translation.override(translation.get_language()):
        yield


@pytest.fixture(autouse=True, scope="session")
def _flush_despite_triggers() -> Iterator[None]:
    """Let Django empty the tables after a transactional test, although the ledger refuses it (as it must)."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = replica")
                flush(self, sql_list)
                cursor.execute("SET session_replication_role = DEFAULT")
                return
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            flush(self, sql_list)
            for _, text in triggers:
                cursor.execute(text)
            # Nothing told the search that everything is gone.
            cursor.execute("DELETE FROM issues_issue_near")
            for table in ("issues_issue_words", "issues_comment_words"):
                cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_without_triggers)
        yield
