"""The evidence pack: the same bytes again, checked by its own program, and nothing in it can be changed unseen."""

import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.issues.models import Obligation
from slaportal.issues.services.work import note
from slaportal.jobs import services as jobs
from slaportal.jobs.models import Job
from slaportal.ledger import keys
from slaportal.ledger.services import seal
from slaportal.reports.evidence import verify
from slaportal.reports.models import Audit, EvidencePack
from slaportal.reports.selectors.audits import audit_for
from slaportal.reports.selectors.evidence import LISTED, SIGNATURE, SIGNED_AS, count_parts, parts_of, zipped
from slaportal.reports.services import audits
from slaportal.reports.services.audits.packing import ask_for_pack
from tests.ledger.tampering import as_owner
from tests.reports.audit_world import AFTER, CLEAN, Quarter, answer_all, open_quarter, tell_quarter
from tests.world import HOUR, World, fresh

Files = dict[str, bytes]


@pytest.fixture(autouse=True)
def _own_folders(settings: Settings, tmp_path: Path) -> None:
    settings.LEDGER_DIR = tmp_path / "ledger"
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def quarter(world: World) -> Quarter:
    """A quarter that was looked at, with one deviation and an internal note beside it."""
    quarter = open_quarter(world, ordinary=3)
    answer_all(quarter)
    record = quarter.audit.records.all()[0]
    said = {**CLEAN, "closure": ("deviation", "=Nobody asked the client.")}
    audits.answer_record(record=record, answers=said, actor=quarter.cara, now=AFTER + HOUR)
    audits.assign_finding(
        finding=quarter.audit.findings.get(),
        owner=world.lena,
        due_on=AFTER.date().replace(month=6),
        actor=quarter.cara,
        now=AFTER + HOUR,
    )
    note(issue=fresh(quarter.issues["late"]), body="canary-of-the-vendor", actor=world.sam, now=AFTER)
    for signer in (quarter.cara, world.vera):
        audits.sign(audit=quarter.audit, actor=signer, now=AFTER + 2 * HOUR)
    return quarter


def packed(quarter: Quarter) -> bytes:
    audit = audit_for(quarter.cara, quarter.audit.reference)
    assert audit is not None
    return zipped(parts_of(audit))


def unpacked(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def faults(files: Files, tmp_path: Path, *more: str) -> str:
    """What the program says about a pack of these files."""
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w") as pack:
        for name, content in files.items():
            pack.writestr(name, content)
    out = io.StringIO()
    stdout, sys.stdout = sys.stdout, out
    try:
        code = verify.main([str(path), *more])
    finally:
        sys.stdout = stdout
    said = out.getvalue()
    assert (code == 0) == ("This pack holds." in said)
    return "\n".join(line for line in said.splitlines() if line.startswith("WRONG"))


def signed_anew(files: Files) -> Files:
    """What a forger who holds the key would make: every hash and signature fits the changed files."""
    names = sorted(set(files) - {LISTED, SIGNATURE})
    listed = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in names).encode()
    signature = base64.b64encode(keys.signing_key().sign(SIGNED_AS + listed))
    return {**files, LISTED: listed, SIGNATURE: signature}


def test_the_program_in_the_pack_finds_it_whole_without_the_portal(quarter: Quarter, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(quarter))) as pack:
        pack.extractall(tmp_path / "pack")
    done = subprocess.run(
        [sys.executable, "-I", "verify.py"],
        cwd=tmp_path / "pack",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("This pack holds.\n")
    assert "slaportal" not in (tmp_path / "pack" / "verify.py").read_text(encoding="utf-8")


def test_the_same_audit_gives_the_same_bytes(quarter: Quarter, world: World) -> None:
    first = packed(quarter)
    note(issue=fresh(quarter.issues["late"]), body="Later.", actor=world.sam, now=AFTER + 9 * HOUR)
    seal(now=AFTER + 9 * HOUR)
    assert packed(quarter) == first


def test_it_holds_what_was_promised_and_says_how_much(quarter: Quarter) -> None:
    files = unpacked(packed(quarter))
    audit = audit_for(quarter.cara, quarter.audit.reference)
    assert audit is not None
    assert len(files) == count_parts(audit) + 2
    assert {f"issues/{one.issue.reference}.json" for one in audit.records.select_related("issue")} < set(
        files
    )
    assert all(
        f"`{name}`" in files["README.md"].decode()
        for name in files
        if "/" not in name and name != "README.md" and name != "verify.py"
    )


def test_no_internal_note_is_in_it_and_no_cell_is_a_formula(quarter: Quarter) -> None:
    files = unpacked(packed(quarter))
    assert not [name for name, content in files.items() if b"canary-of-the-vendor" in content]
    assert not [name for name, content in files.items() if b"note.added" in content]
    assert b"'=Nobody asked" in files["answers.csv"]


def test_a_flipped_byte_in_any_file_is_found(quarter: Quarter, tmp_path: Path) -> None:
    files = unpacked(packed(quarter))
    assert not faults(files, tmp_path)
    for name, content in files.items():
        flipped = bytearray(content)
        flipped[len(flipped) // 2] ^= 0x01
        assert faults({**files, name: bytes(flipped)}, tmp_path), f"{name}: nobody noticed"


def test_a_file_that_is_missing_or_added_is_found(quarter: Quarter, tmp_path: Path) -> None:
    files = unpacked(packed(quarter))
    for name in files:
        assert faults({key: value for key, value in files.items() if key != name}, tmp_path), name
    assert "more.csv is not in the list" in faults({**files, "more.csv": b"x"}, tmp_path)


def replaced(name: str, old: str, new: str) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        text = files[name].decode()
        assert old in text, (name, old)
        return {**files, name: text.replace(old, new, 1).encode()}

    return change


def figure(files: Files) -> Files:
    audit = json.loads(files["audit.json"])
    audit["figures"][2]["strict"]["breached"] -= 1
    audit["figures"][2]["strict"]["met"] += 1
    return {**files, "audit.json": json.dumps(audit).encode()}


def smaller_sample(files: Files) -> Files:
    rows = files["records.csv"].decode().splitlines(keepends=True)
    drawn = [row for row in rows[1:] if row.split(",")[3] == ""]
    return {**files, "records.csv": "".join(row for row in rows if row != drawn[0]).encode()}


def other_sample_size(files: Files) -> Files:
    audit = json.loads(files["audit.json"])
    audit["seed"] = "0" * 64
    return {**files, "audit.json": json.dumps(audit).encode()}


def without_an_event(files: Files) -> Files:
    rows = files["events.jsonl"].decode().splitlines(keepends=True)
    kept = [row for row in rows if '\\"kind\\":\\"issue.resolved\\"' not in row]
    assert len(kept) < len(rows)
    return {**files, "events.jsonl": "".join(kept).encode()}


def smaller_checkpoint(files: Files) -> Files:
    origin, size, rest = files["checkpoint.txt"].decode().split("\n", 2)
    return {**files, "checkpoint.txt": f"{origin}\n{int(size) - 1}\n{rest}".encode()}


def moved_event(files: Files) -> Files:
    rows = [json.loads(row) for row in files["events.jsonl"].decode().splitlines()]
    rows[0]["position"] += 1
    return {**files, "events.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode()}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (replaced("population.csv", "breached", "met"), "The population is not the one that was frozen"),
        (figure, "is written, the population gives"),
        (replaced("recomputed.csv", "breached", "met"), "The differences listed are not those"),
        (smaller_sample, "The sample is not the one that the seed draws"),
        (other_sample_size, "The seed does not follow"),
        (replaced("records.csv", "critical,critical", "critical,"), "belongs into the census"),
        (replaced("events.jsonl", "comment.added", "comment.edited"), "its text was changed"),
        (moved_event, "it stands at another place"),
        (without_an_event, "no event shows that it was met then"),
        (smaller_checkpoint, "not signed by the key of the pack"),
        (replaced("answers.csv", "closure,deviation", "closure,conforming"), ""),
        (replaced("findings.csv", "closure", "level"), "a deviation without a finding"),
        (replaced("signatures.csv", "vendor,", "client,"), "Not exactly one person of each party"),
        (replaced("terms.json", '"amount": "6"', '"amount": "60"'), "its start and target give"),
    ],
)
def test_who_holds_the_key_still_cannot_bend_what_follows_from_the_history(
    change: Callable[[Files], Files], found: str, quarter: Quarter, tmp_path: Path
) -> None:
    """An answer is what a person said: only the signature over the list stands for it, not the history."""
    changed = signed_anew(change(unpacked(packed(quarter))))
    said = faults(changed, tmp_path)
    assert found in said
    assert bool(found) == bool(said)


class TestKeptCheckpoint:
    """What somebody noted at another time ends the portal's power over its own past."""

    def test_the_log_begins_with_an_earlier_one(self, quarter: Quarter, tmp_path: Path) -> None:
        assert quarter.audit.checkpoint is not None
        earlier = quarter.audit.checkpoint.log.checkpoints.earliest("size")
        path = tmp_path / "kept.txt"
        path.write_text(earlier.note, encoding="utf-8")
        assert not faults(unpacked(packed(quarter)), tmp_path, "--checkpoint", str(path))

    def test_a_rewritten_history_is_found(self, quarter: Quarter, tmp_path: Path) -> None:
        assert quarter.audit.checkpoint is not None
        kept = quarter.audit.checkpoint
        other = kept.note.replace(kept.note.split("\n")[2], base64.b64encode(bytes(32)).decode())
        path = tmp_path / "kept.txt"
        path.write_text(other, encoding="utf-8")
        assert "history was rewritten" in faults(
            unpacked(packed(quarter)), tmp_path, "--checkpoint", str(path)
        )


class TestMaking:
    """A worker makes it, with progress; it is kept once per content and on record."""

    def make(self, quarter: Quarter, actor: Membership) -> Job:
        job = ask_for_pack(audit=quarter.audit, actor=actor, now=AFTER + 3 * HOUR)
        jobs.run_next(clock=lambda: AFTER + 3 * HOUR)
        job.refresh_from_db()
        return job

    def test_the_job_ends_with_a_file_that_holds(
        self, quarter: Quarter, world: World, tmp_path: Path
    ) -> None:
        job = self.make(quarter, world.alice)
        pack = EvidencePack.objects.get()
        assert job.state == Job.State.DONE, job.problem
        assert job.result_url.endswith(pack.sha256)
        assert job.done == job.total
        with pack.file.open("rb") as kept:
            content = kept.read()
        assert hashlib.sha256(content).hexdigest() == pack.sha256
        assert not faults(unpacked(content), tmp_path)

    def test_making_it_again_keeps_one(self, quarter: Quarter, world: World) -> None:
        self.make(quarter, world.alice)
        self.make(quarter, world.vera)
        assert EvidencePack.objects.count() == 1

    @pytest.mark.parametrize("who", ["bob", "sam", "ada", "charlie"])
    def test_nobody_else_asks_for_it(self, who: str, quarter: Quarter, world: World) -> None:
        with pytest.raises(NotAllowed):
            ask_for_pack(audit=quarter.audit, actor=getattr(world, who), now=AFTER)

    def test_a_right_that_was_lost_meanwhile_counts_no_more(self, quarter: Quarter, world: World) -> None:
        job = ask_for_pack(audit=quarter.audit, actor=world.alice, now=AFTER)
        world.alice.role = "client_reporter"
        world.alice.save()
        jobs.run_next(clock=lambda: AFTER)
        job.refresh_from_db()
        assert job.state == Job.State.FAILED
        assert not EvidencePack.objects.exists()


def test_a_quarter_without_anything_has_a_pack_that_holds(world: World, tmp_path: Path) -> None:
    audits.sweep(now=AFTER)
    empty = Audit.objects.get(agreement__organization=world.globex)
    audit = audit_for(world.charlie, empty.reference)
    assert audit is not None
    assert not faults(unpacked(zipped(parts_of(audit))), tmp_path)


def test_a_bent_figure_shows_in_the_pack_as_a_difference(world: World, tmp_path: Path) -> None:
    """The pack holds, since it says so itself: population and recomputation differ, and it lists where."""
    issues = tell_quarter(world, ordinary=1)
    bent = issues["late"].obligations.get(metric="response")
    with as_owner():
        Obligation.objects.filter(pk=bent.pk).update(outcome="met", breached_at=None)
    audits.sweep(now=AFTER)
    reference = Audit.objects.get(agreement__organization=world.acme).reference
    audit = audit_for(world.alice, reference)
    assert audit is not None
    files = unpacked(zipped(parts_of(audit)))
    differing = {f"{issues['late'].reference} response": ["outcome"]}
    assert json.loads(files["audit.json"])["differences"] == differing
    assert not faults(files, tmp_path)
