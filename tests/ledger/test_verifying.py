"""Verifying: every way of bending the history is found, and the event is named."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.issues.models import Attachment, Issue
from slaportal.issues.services.work import comment, note
from slaportal.ledger import keys, merkle, notes
from slaportal.ledger.entries import entry
from slaportal.ledger.models import Checkpoint, Event, EventText, Leaf, Log, Unsealed
from slaportal.ledger.selectors.verifying import verify
from slaportal.ledger.services import erase_texts, seal
from slaportal.lib.refusal import Refused
from tests.ledger.tampering import as_owner, remove, rewrite
from tests.world import HOUR, World, fresh

Report = Callable[..., Issue]


@pytest.fixture
def history(report: Report, bob: Membership, sam: Membership, charlie: Membership, monday: datetime) -> Issue:
    """An issue with messages, of two organizations in all, sealed in two steps."""
    issue = report(bob)
    report(charlie)
    seal(now=monday)
    comment(issue=fresh(issue), body="We look into it.", actor=sam, now=monday + HOUR)
    note(issue=fresh(issue), body="It is the cache again.", actor=sam, now=monday + HOUR)
    seal(now=monday + HOUR)
    return fresh(issue)


def faults() -> str:
    return "\n".join(verify().faults)


def event_of(issue: Issue, kind: str) -> Event:
    return Event.objects.about(issue.reference).get(kind=kind)


def test_an_honest_history_is_whole(history: Issue) -> None:
    verdict = verify(against=[one.note for one in Checkpoint.objects.all()])
    assert verdict.whole, verdict.faults
    assert verdict.checked["events"] == Event.objects.count()
    assert verdict.checked["checkpoints"] == verdict.checked["kept checkpoints"] == 3
    assert verdict.checked["unsealed"] == 0


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("payload", '{"kind":"forged"}', "its payload does not have the recorded hash"),
        ("kind", "issue.reopened", "its kind is 'issue.reopened'"),
        ("at", "2026-03-02 07:00:00+00:00", "its at is"),
        ("recorded_at", "2026-03-02 07:00:00+00:00", "its recorded_at is"),
        ("subject", "ISS-00000000", "its subject is 'ISS-00000000'"),
        ("audience", "vendor", "it is not what was sealed at its place"),
        ("actor_kind", "impersonated", "it is not what was sealed at its place"),
    ],
)
def test_a_changed_column_is_found_and_its_event_named(
    column: str, value: str, found: str, history: Issue
) -> None:
    event = event_of(history, "comment.added")
    rewrite("ledger_event", column, value, where="id", key=event.pk)
    assert f"event {event.pk} (" in faults()
    assert found in faults()


def test_another_author_is_found(history: Issue, alice: Membership) -> None:
    event = event_of(history, "comment.added")
    rewrite("ledger_event", "actor_id", alice.pk, where="id", key=event.pk)
    assert f"event {event.pk} (comment.added {history.reference}): its actor is {alice.pk}" in faults()


def test_a_payload_with_a_fitting_hash_is_still_not_what_was_sealed(history: Issue) -> None:
    event = event_of(history, "comment.added")
    event.payload = event.payload.replace('"response":true', '"response":false')
    with as_owner():
        Event.objects.filter(pk=event.pk).update(payload=event.payload, payload_sha256=_sha256(event.payload))
    assert f"event {event.pk} (comment.added {history.reference}): it is not what was sealed" in faults()


def test_a_removed_event_leaves_a_gap_that_is_named(history: Issue) -> None:
    event = event_of(history, "comment.added")
    place = event.leaf.position
    with as_owner():
        Leaf.objects.filter(event=event)._raw_delete("default")
        EventText.objects.filter(event=event)._raw_delete("default")
        Event.objects.filter(pk=event.pk)._raw_delete("default")
    assert f"the event at position {place} is missing" in faults()


def test_events_cut_off_at_the_end_are_missed(history: Issue) -> None:
    last = Leaf.objects.filter(log__organization=history.organization).latest("position")
    with as_owner():
        Leaf.objects.filter(pk=last.pk)._raw_delete("default")
        Event.objects.filter(pk=last.pk)._raw_delete("default")
    assert "the log says" in faults()
    assert "events up to there are missing" in faults()


def test_an_event_that_was_slipped_in_is_found(history: Issue) -> None:
    event = event_of(history, "comment.added")
    event.pk = None
    event.save(force_insert=True)
    assert (
        f"event {event.pk} (comment.added {history.reference}): it was not written by the portal" in faults()
    )


def test_two_events_that_changed_places_are_found(history: Issue) -> None:
    one, other = Leaf.objects.filter(log__organization=history.organization).order_by("position")[:2]
    with as_owner():
        Leaf.objects.filter(pk=one.pk).update(position=1000)
        Leaf.objects.filter(pk=other.pk).update(position=one.position)
        Leaf.objects.filter(pk=one.pk).update(position=other.position)
    found = faults()
    assert f"event {one.event_id} (" in found
    assert f"event {other.event_id} (" in found


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("root", "00" * 32, "its columns are not what was signed"),
        ("size", "77", "its columns are not what was signed"),
        ("public_key", "11" * 32, "did not sign this checkpoint"),
    ],
)
def test_a_changed_checkpoint_is_found(column: str, value: str, found: str, history: Issue) -> None:
    newest = Checkpoint.objects.filter(log__organization=history.organization).first()
    assert newest is not None
    rewrite("ledger_checkpoint", column, value, where="id", key=newest.pk)
    assert found in faults()


def test_a_removed_checkpoint_is_found(history: Issue) -> None:
    newest = Checkpoint.objects.filter(log__organization=history.organization).first()
    assert newest is not None
    remove("ledger_checkpoint", where="id", key=newest.pk)
    assert "were never signed" in faults()


class TestTexts:
    """What people wrote is kept apart; only what was erased on record may be missing."""

    def test_a_changed_text_is_found(self, history: Issue) -> None:
        text = EventText.objects.filter(event__subject=history.reference, name="title").get()
        rewrite("ledger_eventtext", "text", "Something harmless", where="id", key=text.pk)
        assert f"event {text.event_id} (issue.submitted {history.reference}): its title is not" in faults()

    def test_a_text_that_vanished_is_found(self, history: Issue) -> None:
        text = EventText.objects.filter(event__subject=history.reference, name="title").get()
        remove("ledger_eventtext", where="id", key=text.pk)
        assert "its title is gone, but nobody erased it on record" in faults()

    def test_a_text_that_was_erased_on_record_is_no_fault(
        self, history: Issue, ada: Membership, monday: datetime
    ) -> None:
        text = EventText.objects.filter(event__subject=history.reference, name="title").get()
        erase_texts(event=text.event, names=["title"], reason="Asked for.", actor=ada, now=monday + 2 * HOUR)
        seal(now=monday + 2 * HOUR)
        verdict = verify()
        assert verdict.whole, verdict.faults
        assert verdict.checked["erased texts"] == 1
        assert not EventText.objects.filter(text__contains="Tokens come back", name="title", event=text.event)

    @pytest.mark.parametrize("who", ["alice", "sam", "lena", "vera"])
    def test_nobody_but_an_administrator_erases(
        self, who: str, history: Issue, world: World, monday: datetime
    ) -> None:
        text = EventText.objects.filter(event__subject=history.reference, name="title").get()
        actor = getattr(world, who)
        with pytest.raises(NotAllowed):
            erase_texts(event=text.event, names=["title"], reason="No.", actor=actor, now=monday)

    @pytest.mark.parametrize(
        ("names", "reason"), [(["title"], " "), (["nothing"], "Asked for."), ([], "Asked for.")]
    )
    def test_erasing_needs_a_text_and_a_reason(
        self, names: list[str], reason: str, history: Issue, ada: Membership, monday: datetime
    ) -> None:
        event = Event.objects.about(history.reference).get(kind="issue.submitted")
        with pytest.raises(Refused):
            erase_texts(event=event, names=names, reason=reason, actor=ada, now=monday)

    def test_a_text_that_was_never_recorded_is_found(self, history: Issue) -> None:
        event = event_of(history, "comment.added")
        EventText.objects.create(event=event, name="reason", salt="00", text="Added later")
        assert "it has a text reason that was not recorded" in faults()

    @pytest.mark.parametrize(
        ("table", "found"),
        [
            ("issues_comment", "its comment does not say what was recorded"),
            ("issues_internalnote", "its note does not say what was recorded"),
        ],
    )
    def test_a_changed_message_or_note_is_found(self, table: str, found: str, history: Issue) -> None:
        rewrite(table, "body", "We never said so.", where="issue_id", key=history.pk)
        assert found in faults()

    def test_a_message_that_vanished_is_found(self, history: Issue) -> None:
        remove("issues_comment", where="issue_id", key=history.pk)
        assert "its comment is gone" in faults()

    def test_another_file_is_found(self, history: Issue) -> None:
        assert not Attachment.objects.exists()
        assert "its file" not in faults()


class TestAgainstAKeptCheckpoint:
    """A checkpoint in somebody else's mailbox ends the owner's power over the past."""

    def test_an_owner_who_seals_everything_anew_is_found(self, history: Issue, monday: datetime) -> None:
        kept = [one.note for one in Checkpoint.objects.all()]
        event = event_of(history, "comment.added")
        payload = event.payload.replace('"response":true', '"response":false')
        with as_owner():
            Event.objects.filter(pk=event.pk).update(payload=payload, payload_sha256=_sha256(payload))
            _seal_anew(event.leaf.log)
        assert verify().whole  # by itself the portal cannot know
        found = "\n".join(verify(against=kept).faults)
        assert "history was written anew" in found

    def test_a_restored_backup_that_lacks_events_is_found(
        self, history: Issue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        log = Log.objects.get(organization=history.organization)
        ahead = notes.sign(notes.Head(log.origin, log.size + 3, bytes(32)), keys.signing_key())
        (tmp_path / "kept.txt").write_text(ahead, encoding="utf-8")
        with pytest.raises(CommandError, match="NOT whole"):
            call_command("verify_ledger", against=[tmp_path / "kept.txt"])
        assert "3 are missing" in capsys.readouterr().err

    def test_a_log_that_is_gone_as_a_whole_is_found(self, history: Issue) -> None:
        gone = notes.sign(notes.Head("portal.example/ledger/LOG-GONE", 9, bytes(32)), keys.signing_key())
        assert "all its 9 events are missing" in "\n".join(verify(against=[gone]).faults)

    def test_a_forged_note_is_not_taken_for_ours(self, history: Issue) -> None:
        note = Checkpoint.objects.filter(log__organization=history.organization)[0].note
        forged = note.rpartition(" ")[0] + " AAAA\n"
        assert "signed by no key of ours" in "\n".join(verify(against=[forged]).faults)

    def test_the_checkpoints_that_go_with_a_backup_say_it_is_whole(
        self, history: Issue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("checkpoints")
        (tmp_path / "kept.txt").write_text(capsys.readouterr().out, encoding="utf-8")
        call_command("verify_ledger", against=[tmp_path / "kept.txt"])
        out = capsys.readouterr().out
        assert "The ledger is whole" in out
        assert "2 kept checkpoints" in out

    def test_a_file_without_checkpoints_is_refused_in_words(self, db: None, tmp_path: Path) -> None:
        (tmp_path / "empty.txt").write_text("hello\n", encoding="utf-8")
        with pytest.raises(CommandError, match="holds no checkpoint"):
            call_command("verify_ledger", against=[tmp_path / "empty.txt"])


def test_what_waits_for_the_seal_is_no_fault(report: Report, bob: Membership) -> None:
    report(bob)
    verdict = verify()
    assert verdict.whole
    assert verdict.checked["unsealed"] == Unsealed.objects.count() > 0


def test_what_waits_for_the_seal_is_checked_too(report: Report, bob: Membership) -> None:
    issue = report(bob)
    event = Event.objects.about(issue.reference).earliest("pk")
    rewrite("ledger_event", "kind", "forged", where="id", key=event.pk)
    assert f"event {event.pk} (forged {issue.reference}): its kind is 'forged'" in faults()


def _sha256(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


def _seal_anew(log: Log) -> None:
    """Do what an owner of database and key would: hash and sign everything again."""
    edge = merkle.Edge()
    checkpoints = {one.size: one for one in log.checkpoints.all()}
    for leaf in log.leaves.select_related("event").order_by("position"):
        hashed = merkle.leaf_hash(entry(leaf.event, leaf.position))
        edge.add(hashed)
        Leaf.objects.filter(pk=leaf.pk).update(hash=hashed.hex())
        if edge.size in checkpoints:
            note = notes.sign(notes.Head(log.origin, edge.size, edge.root()), keys.signing_key())
            Checkpoint.objects.filter(pk=checkpoints[edge.size].pk).update(note=note, root=edge.root().hex())
