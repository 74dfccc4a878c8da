"""Sealing: every event gets one place, and each step is signed and remembered outside the database."""

import base64
import logging
from collections.abc import Callable
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from slaportal.accounts.models import Membership, Organization
from slaportal.issues.models import Issue
from slaportal.ledger import keys, merkle, notes
from slaportal.ledger.models import Checkpoint, Event, Leaf, Log, Unsealed
from slaportal.ledger.selectors import latest_checkpoint
from slaportal.ledger.services import seal
from tests.ledger.tampering import remove, rewrite
from tests.world import HOUR

Report = Callable[..., Issue]
Capture = DjangoCaptureOnCommitCallbacks


def test_every_event_gets_one_place_in_the_log_of_its_organization(
    report: Report, bob: Membership, charlie: Membership, monday: datetime
) -> None:
    report(bob)
    report(charlie)
    assert seal(now=monday) == Event.objects.count()
    assert not Unsealed.objects.exists()
    for log in Log.objects.all():
        places = list(log.leaves.order_by("position").values_list("position", flat=True))
        assert places == list(range(log.size))
        owners = {leaf.event.organization_id for leaf in log.leaves.select_related("event")}
        assert owners == {log.organization_id}
    assert Log.objects.count() == 2


def test_the_checkpoint_is_the_root_over_all_leaves_and_signed(
    report: Report, bob: Membership, acme: Organization, monday: datetime
) -> None:
    report(bob)
    seal(now=monday)
    report(bob, at=monday + HOUR)
    seal(now=monday + HOUR)
    newest = latest_checkpoint(acme)
    assert newest is not None
    hashes = Leaf.objects.filter(log__organization=acme).order_by("position").values_list("hash", flat=True)
    head = notes.verify(newest.note, keys.public_key())
    assert head.root == merkle.root(map(bytes.fromhex, hashes))
    assert (head.size, newest.at) == (len(hashes), monday + HOUR)
    assert head.origin == f"portal.example/ledger/{newest.log.reference}"


def test_sealing_again_with_nothing_new_does_nothing(
    report: Report, bob: Membership, acme: Organization, monday: datetime
) -> None:
    report(bob)
    seal(now=monday)
    before = latest_checkpoint(acme)
    assert seal(now=monday + HOUR) == 0
    assert latest_checkpoint(acme) == before


def test_an_organization_to_which_nothing_happened_has_no_checkpoint(globex: Organization) -> None:
    assert latest_checkpoint(globex) is None


def test_an_idle_sweep_asks_one_question(
    report: Report, bob: Membership, monday: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    report(bob)
    seal(now=monday)
    with django_assert_num_queries(1):
        seal(now=monday)


def test_an_event_of_a_late_transaction_with_a_small_id_is_not_passed_over(
    report: Report, bob: Membership, monday: datetime
) -> None:
    issue = report(bob)
    late = Event.objects.about(issue.reference).earliest("pk")
    Unsealed.objects.filter(event=late).delete()  # as if its transaction had not committed yet
    seal(now=monday)
    Unsealed.objects.create(event=late)
    assert seal(now=monday) == 1
    assert late.leaf.position == Log.objects.get().size - 1


def test_the_note_reads_as_c2sp_says(
    report: Report, bob: Membership, acme: Organization, monday: datetime
) -> None:
    report(bob)
    seal(now=monday)
    newest = latest_checkpoint(acme)
    assert newest is not None
    origin, size, root, empty, signature, end = newest.note.split("\n")
    assert (origin, size, empty, end) == (newest.log.origin, str(newest.size), "", "")
    assert base64.b64decode(root).hex() == newest.root
    assert signature.startswith(f"— {origin} ")
    # key id of four bytes, then an Ed25519 signature of 64
    assert len(base64.b64decode(signature.split(" ")[2])) == 68


@pytest.mark.parametrize(
    "damage",
    [
        lambda note: note.replace("\n1", "\n2", 1),
        lambda note: note.replace("ledger", "Ledger"),
        lambda note: note.rpartition(" ")[0] + " AAAA\n",
        lambda note: note.partition("\n\n")[0] + "\n\n",
    ],
)
def test_a_changed_checkpoint_does_not_verify(damage: Callable[[str], str]) -> None:
    key = Ed25519PrivateKey.generate()
    note = notes.sign(notes.Head("portal.example/ledger/LOG-1", 1, bytes(32)), key)
    assert notes.verify(note, notes.raw_public(key)).size == 1
    with pytest.raises(notes.BadNote):
        notes.verify(damage(note), notes.raw_public(key))


@pytest.mark.parametrize("text", ["", "a\nb", "origin\nx\nAAAA\n\n— o x\n", "origin\n1\nAAAA\n\n"])
def test_what_is_no_checkpoint_is_refused_in_words(text: str) -> None:
    with pytest.raises(notes.BadNote, match="not a checkpoint"):
        notes.read(text)


def test_the_key_is_made_once_and_only_its_owner_reads_it(settings: Settings) -> None:
    assert keys.public_key() == keys.public_key()
    path = settings.LEDGER_DIR / "signing_key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in settings.LEDGER_DIR.iterdir()] == ["signing_key"]


def test_the_key_of_the_environment_comes_first(settings: Settings) -> None:
    settings.LEDGER_KEY = base64.b64encode(bytes(range(32))).decode()
    wanted = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()
    assert keys.public_key() == wanted
    settings.LEDGER_KEY = "not a key"
    with pytest.raises(ImproperlyConfigured, match="LEDGER_KEY"):
        keys.public_key()


class TestRestoredBackup:
    """What was signed is remembered in a file, so the signer never contradicts itself."""

    def test_an_older_database_is_not_sealed_any_further(
        self,
        report: Report,
        bob: Membership,
        monday: datetime,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        report(bob)
        seal(now=monday)
        log = Log.objects.get()
        ahead = notes.Head(log.origin, log.size + 5, bytes(32))
        keys.remember(log.reference, notes.sign(ahead, keys.signing_key()))
        report(bob, at=monday + HOUR)
        with caplog.at_level(logging.ERROR):
            assert seal(now=monday + HOUR) == 0
        assert "the database is older than that" in caplog.text
        assert Unsealed.objects.exists()

    def test_a_changed_beginning_is_not_signed_again(
        self, report: Report, bob: Membership, monday: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        report(bob)
        seal(now=monday)
        log = Log.objects.get()
        other = notes.Head(log.origin, log.size, merkle.leaf_hash(b"another history"))
        keys.remember(log.reference, notes.sign(other, keys.signing_key()))
        report(bob, at=monday + HOUR)
        with caplog.at_level(logging.ERROR):
            assert seal(now=monday + HOUR) == 0
        assert "was changed within its first" in caplog.text

    def test_a_memory_that_lags_behind_is_no_alarm(
        self, report: Report, bob: Membership, monday: datetime
    ) -> None:
        report(bob)
        seal(now=monday)
        log = Log.objects.get()
        keys.remember(log.reference, Checkpoint.objects.get().note)
        for hours in (1, 2):
            report(bob, at=monday + HOUR * hours)
            assert seal(now=monday + HOUR * hours) > 0

    def test_what_was_signed_is_remembered_once_it_is_committed(
        self, report: Report, bob: Membership, monday: datetime, django_capture_on_commit_callbacks: Capture
    ) -> None:
        report(bob)
        with django_capture_on_commit_callbacks(execute=True):
            seal(now=monday)
        log = Log.objects.get()
        remembered = keys.recall(log.reference)
        assert remembered is not None
        assert remembered.size == log.size


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_leaf SET position = position + 1000",
        "DELETE FROM ledger_leaf",
        "UPDATE ledger_checkpoint SET root = ''",
        "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_log SET size = 0",
        "UPDATE ledger_log SET origin = 'elsewhere'",
        "UPDATE ledger_log SET demo = (1 = 1)",
    ],
)
def test_the_database_itself_refuses_to_unseal(
    statement: str, report: Report, bob: Membership, monday: datetime
) -> None:
    report(bob)
    seal(now=monday)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_hand_of_the_tests_reaches_past_the_rules(report: Report, bob: Membership) -> None:
    """Else the tests of tampering would find nothing to find."""
    issue = report(bob)
    event = Event.objects.about(issue.reference).earliest("pk")
    rewrite("ledger_event", "kind", "forged", where="id", key=event.pk)
    event.refresh_from_db()
    assert event.kind == "forged"
    remove("ledger_unsealed", where="event_id", key=event.pk)
    assert not Unsealed.objects.filter(event=event).exists()
