"""Check an evidence pack, offline: python verify.py [FOLDER or ZIP] [--checkpoint FILE]

Needs Python 3.11 and the package `cryptography`; nothing of the portal. It recomputes every hash, signature, proof,
the sample and each figure from the files beside it, prints what it did, and ends with 0 only if all of it agrees.
Compare the key that it prints with the one that the portal publishes, or that you noted earlier.
"""

import base64
import csv
import hashlib
import io
import json
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LEVELS = ("critical", "high", "medium", "low")
METRICS = ("response", "resolution")
VALUES = ("level", "started_at", "due_at", "decided_at", "outcome", "adjusted_outcome")
SIGNED_AS = b"evidence pack\n"
LISTED = "HASHES.sha256"
SIGNATURE = "HASHES.sig"
ELAPSED = {"minutes": 1, "hours": 60, "days": 1440}  # minutes each, whatever the calendar
Files = dict[str, bytes]
Table = list[dict[str, str]]


class Report:
    """What was checked and what was wrong."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def check(self, good: bool, fault: str) -> bool:
        """Note `fault` unless it is good."""
        if not good:
            self.faults.append(fault)
        return good

    def say(self, words: str) -> None:
        """Tell the reader."""
        sys.stdout.write(words + "\n")


def read_pack(path: Path) -> Files:
    """Return the files of a folder or ZIP by name."""
    if path.is_dir():
        found = [one for one in path.rglob("*") if one.is_file() and "__pycache__" not in one.parts]
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in found}
    with zipfile.ZipFile(path) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def table(files: Files, name: str) -> Table:
    """Return a CSV file as rows."""
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8"), newline="")))


def sha256(data: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def check_files(files: Files, report: Report) -> None:
    """Compare every file with the list, and the list with its signature."""
    lines = files[LISTED].decode("utf-8").splitlines()
    listed = {name: wanted for wanted, _, name in (line.partition("  ") for line in lines)}
    for name in sorted(set(files) - set(listed) - {LISTED, SIGNATURE}):
        report.check(False, f"{name} is not in the list of hashes: somebody added it.")
    for name, wanted in sorted(listed.items()):
        if report.check(name in files, f"{name} is in the list of hashes but missing."):
            report.check(sha256(files[name]) == wanted, f"{name} was changed.")
    signature = base64.b64decode(files[SIGNATURE])
    good = is_signed(public_key(files), signature, SIGNED_AS + files[LISTED])
    report.check(good, "The list of hashes is not the one that the portal signed.")
    report.say(f"{len(listed)} files compared with the signed list.")


def public_key(files: Files) -> bytes:
    """Return the key of the pack: 32 bytes."""
    name, kept, encoded = files["public_key.txt"].decode("utf-8").strip().split("+", 2)
    blob = base64.b64decode(encoded, validate=True)
    if blob[:1] != b"\x01" or len(blob) != 33 or key_id(name, blob[1:]).hex() != kept:
        raise ValueError("public_key.txt is no Ed25519 key.")
    return blob[1:]


def key_id(name: str, public: bytes) -> bytes:
    """Return the four bytes by which a signature names its key (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]


def is_signed(public: bytes, signature: bytes, text: bytes) -> bool:
    """Whether the holder of `public` signed `text`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def read_note(note: str) -> tuple[str, int, bytes]:
    """Return origin, size and root of a checkpoint."""
    origin, size, root = note.split("\n")[:3]
    return origin, int(size), base64.b64decode(root)


def note_is_signed(note: str, public: bytes) -> bool:
    """Whether `public` signed the checkpoint."""
    text, _, signatures = note.partition("\n\n")
    for line in signatures.splitlines():
        dash, name, encoded = line.split(" ")
        blob = base64.b64decode(encoded)
        if dash == "—" and blob[:4] == key_id(name, public):
            return is_signed(public, blob[4:], (text + "\n").encode())
    return False


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """Return the root of a tree (RFC 6962)."""
    row = leaves
    while len(row) > 1:
        paired = [node(one, other) for one, other in zip(row[::2], row[1::2], strict=False)]
        row = paired + row[len(paired) * 2 :]
    return row[0] if row else hashlib.sha256(b"").digest()


def is_included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Whether the path leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    place, last, merged = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            merged = node(step, merged)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            merged = node(merged, step)
        place, last = place >> 1, last >> 1
    return last == 0 and merged == root


def check_history(files: Files, kept: str | None, report: Report) -> list[dict[str, Any]]:
    """Check the checkpoint, the tree and each event; return the events in the order in which they hold."""
    if "checkpoint.txt" not in files:
        report.say("Nothing was on record when this audit began.")
        return []
    public, note = public_key(files), files["checkpoint.txt"].decode("utf-8")
    report.check(note_is_signed(note, public), "The checkpoint is not signed by the key of the pack.")
    origin, size, root = read_note(note)
    leaves = [bytes.fromhex(line) for line in files["leaves.txt"].decode("ascii").split()]
    report.check(len(leaves) == size, f"The checkpoint counts {size} events, there are {len(leaves)} leaves.")
    report.check(root_of(leaves) == root, "The leaves are not those under the checkpoint.")
    if kept is not None:
        check_kept(kept, origin, leaves, public, report)
    events = []
    for line in files["events.jsonl"].decode("utf-8").splitlines():
        row = json.loads(line)
        events.append(check_event(row, leaves, size, root, report))
    report.say(f"{len(events)} events proved to stand in the log {origin} of {size}, as it was signed.")
    return sorted(events, key=lambda one: (one["at"], one["id"]))


def check_kept(kept: str, origin: str, leaves: list[bytes], public: bytes, report: Report) -> None:
    """Check that the log begins with what a checkpoint says that the reader kept from another time."""
    name, size, root = read_note(kept)
    if not report.check(name == origin, f"The kept checkpoint is of another log, {name}."):
        return
    report.check(note_is_signed(kept, public), "The kept checkpoint is signed by another key.")
    if size > len(leaves):
        report.say(
            f"The kept checkpoint is younger than this pack ({size} events): compare it with a later one."
        )
        return
    same = root_of(leaves[:size]) == root
    report.check(
        same, f"The first {size} events are not those of the kept checkpoint: history was rewritten."
    )
    report.say(f"The log begins with the {size} events of the kept checkpoint.")


def check_event(
    row: dict[str, Any], leaves: list[bytes], size: int, root: bytes, report: Report
) -> dict[str, Any]:
    """Check one event against its leaf and return what it says."""
    place, entry = row["position"], json.loads(row["entry"])
    said: dict[str, Any] = json.loads(row["payload"])
    name = f"Event {entry['event']} ({said['kind']} {said['subject']})"
    leaf = hashlib.sha256(b"\x00" + row["entry"].encode()).digest()
    report.check(sha256(row["payload"].encode()) == entry["payload_sha256"], f"{name}: its text was changed.")
    report.check(entry["position"] == place, f"{name}: it stands at another place.")
    report.check(place < len(leaves) and leaves[place] == leaf, f"{name}: it is not what was sealed there.")
    path = [bytes.fromhex(step) for step in row["path"]]
    report.check(is_included(leaf, place, size, path, root), f"{name}: its proof does not lead to the root.")
    return {**said, "id": entry["event"]}


def check_sample(files: Files, audit: dict[str, Any], report: Report) -> None:
    """Compute population hash, seed and sample anew."""
    root = read_note(files["checkpoint.txt"].decode("utf-8"))[2].hex() if "checkpoint.txt" in files else ""
    population_hash = sha256(files["population.csv"])
    report.check(
        population_hash == audit["population_sha256"], "The population is not the one that was frozen."
    )
    seed = sha256(f"{population_hash}\n{root}\n".encode())
    report.check(seed == audit["seed"], "The seed does not follow from the population and the checkpoint.")
    records, levels = table(files, "records.csv"), dict[str, str]()
    census = {row["issue"] for row in records if row["reasons"]}
    for row in table(files, "population.csv"):
        former = levels.get(row["issue"], row["level"])
        levels[row["issue"]] = min(former, row["level"], key=LEVELS.index)
        must = row["level"] == "critical" or row["outcome"] == "breached"
        report.check(not must or row["issue"] in census, f"{row['issue']} belongs into the census.")
    rest = {
        level: sorted(one for one in levels if levels[one] == level and one not in census) for level in LEVELS
    }
    drawn = sorted(draw(rest, Fraction(audit["tolerance_percent"], 100), seed))
    listed = sorted(row["issue"] for row in records if not row["reasons"])
    report.check(drawn == listed, "The sample is not the one that the seed draws.")
    for row in records:
        report.check(levels.get(row["issue"]) == row["stratum"], f"{row['issue']} stands in another stratum.")
    outside = sum(map(len, rest.values()))
    report.check(outside == audit["outside_census"], "The number of issues outside the census is another.")
    report.say(f"{len(drawn)} of {outside} issues drawn anew by the seed, {len(census)} taken by the census.")


def draw(strata: dict[str, list[str]], tolerance: Fraction, seed: str) -> Iterator[str]:
    """Yield what the seed draws: the least number that rules the tolerance out, shared by stratum."""
    counts = {level: len(issues) for level, issues in strata.items()}
    total, wanted = sum(counts.values()), 0
    too_many, missed = -(-total * tolerance.numerator // tolerance.denominator), Fraction(1)
    while missed > Fraction(1, 20) and wanted < total:
        missed *= Fraction(total - too_many - wanted, total - wanted)
        wanted += 1
    shares = {
        level: Fraction(wanted * count, total) if total else Fraction(0) for level, count in counts.items()
    }
    given = {level: int(share) for level, share in shares.items()}
    by_rest = sorted(LEVELS, key=lambda level: (given[level] - shares[level], LEVELS.index(level)))
    for level in by_rest[: wanted - sum(given.values())]:
        given[level] += 1
    for level, issues in strata.items():
        ranked = sorted(issues, key=lambda issue: sha256(f"{seed}:{issue}".encode()))
        yield from ranked[: max(given[level], 1)]


def check_figures(files: Files, audit: dict[str, Any], report: Report) -> None:
    """Count the population anew and compare each figure."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    begins, ends = audit["begins"], audit["ends"]
    for row in table(files, "population.csv"):
        if begins <= row["decided_at"] < ends:
            for figure, column in (("strict", "outcome"), ("adjusted", "adjusted_outcome")):
                counted[row["level"], row["metric"], figure, row[column]] += 1
    places = [(level, metric) for level in LEVELS for metric in METRICS]
    report.check(
        [(row["level"], row["metric"]) for row in audit["figures"]] == places, "Figures are missing."
    )
    for row in audit["figures"]:
        for figure in ("strict", "adjusted"):
            for outcome in ("met", "breached"):
                found = counted[row["level"], row["metric"], figure, outcome]
                report.check(
                    row[figure][outcome] == found,
                    f"{row['level']} {row['metric']}, {figure} {outcome}: {row[figure][outcome]} is written, "
                    f"the population gives {found}.",
                )
    report.say("Every figure counted anew from the population.")


def check_recomputation(files: Files, audit: dict[str, Any], report: Report) -> None:
    """Compare the recomputed obligations with the population, row by row."""
    recomputed = {(row["issue"], row["metric"]): row for row in table(files, "recomputed.csv")}
    found = {}
    for row in table(files, "population.csv"):
        other = recomputed.pop((row["issue"], row["metric"]), None)
        if report.check(other is not None, f"{row['issue']} {row['metric']} was not recomputed.") and other:
            wrong = [name for name in VALUES if row[name] != other[name]]
            if wrong:
                found[f"{row['issue']} {row['metric']}"] = wrong
    report.check(not recomputed, "More was recomputed than the population holds.")
    report.check(found == audit["differences"], "The differences listed are not those between both tables.")
    report.say(f"{len(found)} obligations differ from what their events add up to.")


def check_against_events(files: Files, events: list[dict[str, Any]], report: Report) -> None:
    """Check that what is said to be met or missed rests on an event, and elapsed deadlines on their start."""
    by_issue: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        by_issue[event["subject"]].append(event)
    targets = {(one["level"], one["metric"]): one for one in json.loads(files["terms.json"])["targets"]}
    recounted = 0
    for row in table(files, "recomputed.csv"):
        history, name = by_issue[row["issue"]], f"{row['issue']} {row['metric']}"
        if row["outcome"] == "met":
            done = {event["at"] for event in history if is_stop(event, row["metric"])}
            report.check(row["decided_at"] in done, f"{name}: no event shows that it was met then.")
        if row["outcome"] == "breached":
            report.check(
                row["decided_at"] == row["due_at"], f"{name}: it was missed at another instant than due."
            )
        due = simple_due(row, history, targets)
        if due is not None:
            recounted += 1
            report.check(
                due == row["due_at"], f"{name}: due {row['due_at']}, its start and target give {due}."
            )
    report.say(f"{recounted} deadlines in elapsed time counted anew from their start.")


def is_stop(event: dict[str, Any], metric: str) -> bool:
    """Whether the event is what was promised."""
    if metric == "resolution":
        return bool(event["kind"] == "issue.resolved")
    return event["kind"] in ("comment.added", "issue.resolved") and bool(event["data"].get("response"))


def simple_due(row: dict[str, str], history: list[dict[str, Any]], targets: dict[Any, Any]) -> str | None:
    """Return start plus target where nothing moved the clock; None where a calendar or a change has a say."""
    levels = {event["data"]["level"] for event in history if event["kind"] == "level.governs"}
    moved = {"waiting.began", "issue.reopened", "issue.split_off"} & {event["kind"] for event in history}
    target = targets.get((row["level"], row["metric"]))
    if len(levels) != 1 or moved or target is None or target["unit"] not in ELAPSED or not row["due_at"]:
        return None
    microseconds = Fraction(target["amount"]) * ELAPSED[target["unit"]] * 60_000_000
    due = datetime.fromisoformat(row["started_at"]) + timedelta(microseconds=int(microseconds))
    return due.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def check_review(files: Files, audit: dict[str, Any], report: Report) -> None:
    """Check that every record of a signed audit has its answers, each deviation a finding, each party one signature."""
    answers: dict[str, set[str]] = defaultdict(set)
    findings = {(row["issue"], row["question"]) for row in table(files, "findings.csv")}
    for row in table(files, "answers.csv"):
        answers[row["issue"]].add(row["question"])
        deviates = row["answer"] == "deviation"
        known = (row["issue"], row["question"]) in findings
        report.check(not deviates or known, f"{row['issue']}: a deviation without a finding.")
    if audit["state"] == "signed":
        for row in table(files, "records.csv"):
            report.check(len(answers[row["issue"]]) == 5, f"{row['issue']}: not all questions are answered.")
        parties = sorted(row["party"] for row in table(files, "signatures.csv"))
        report.check(parties == ["client", "vendor"], "Not exactly one person of each party signed.")
    for row in table(files, "records.csv"):
        report.check(f"issues/{row['issue']}.json" in files, f"{row['issue']}: its dossier is missing.")


def main(arguments: list[str]) -> int:
    """Check the pack; 0 if all agrees, else 1."""
    kept = None
    if "--checkpoint" in arguments:
        place = arguments.index("--checkpoint")
        kept = Path(arguments[place + 1]).read_text(encoding="utf-8")
        arguments = arguments[:place] + arguments[place + 2 :]
    report = Report()
    try:
        files = read_pack(Path(arguments[0]) if arguments else Path(__file__).resolve().parent)
        check_files(files, report)
        audit = json.loads(files["audit.json"])
        report.say(f"{audit['reference']}: {audit['organization']}, {audit['quarter']}")
        events = check_history(files, kept, report)
        check_sample(files, audit, report)
        check_figures(files, audit, report)
        check_recomputation(files, audit, report)
        check_against_events(files, events, report)
        check_review(files, audit, report)
        report.say("Key: " + files["public_key.txt"].decode("utf-8").strip())
    except Exception as error:  # noqa: BLE001 - whatever is broken in a pack is a fault of the pack
        report.check(False, f"The pack cannot be read: {type(error).__name__}: {error}")
    for fault in report.faults:
        report.say(f"WRONG: {fault}")
    report.say("This pack does NOT hold." if report.faults else "This pack holds.")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
