"""The files of an evidence pack: the same facts give the same bytes."""

import base64
import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from slaportal.issues.models import Issue
from slaportal.ledger import keys, merkle, notes
from slaportal.ledger.entries import entry
from slaportal.ledger.models import Audience, Checkpoint, Leaf
from slaportal.lib import canonical
from slaportal.lib.sheets import safe_cell
from slaportal.policies.models import BusinessCalendar
from slaportal.policies.selectors import content_of
from slaportal.reports.models import Audit
from slaportal.reports.quarters import name_of
from slaportal.reports.selectors.audits import figures, findings_of
from slaportal.reports.selectors.dossiers import dossier_data, exception_rows
from slaportal.reports.selectors.population import population_text

HERE: Final = Path(__file__).resolve().parent.parent / "evidence"
AS_THEY_ARE: Final = ("README.md", "verify.py")
LISTED, SIGNATURE = "HASHES.sha256", "HASHES.sig"
SIGNED_AS: Final = b"evidence pack\n"  # so that this signature can be taken for no other
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the least that a ZIP can say: its bytes tell no time
PART: Final = 500

Part = tuple[str, bytes]


def verifier_hash() -> str:
    """Return the SHA-256 of the program that goes into packs, for people to compare."""
    return hashlib.sha256((HERE / "verify.py").read_bytes()).hexdigest()


def zipped(parts: Iterable[Part]) -> bytes:
    """Return a ZIP of `parts` with the signed list of their hashes; no clock and no system leaves a trace in it."""
    files = dict(parts)
    listed = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    files[LISTED] = listed.encode()
    signature = keys.signing_key().sign(SIGNED_AS + files[LISTED])
    files[SIGNATURE] = base64.b64encode(signature) + b"\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, date_time=EPOCH)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            pack.writestr(info, files[name], compresslevel=9)
    return out.getvalue()


def parts_of(audit: Audit) -> Iterator[Part]:
    """Yield the files of the pack of `audit`, one by one: the dossiers are most of the work."""
    for name in AS_THEY_ARE:
        yield name, (HERE / name).read_bytes()
    obligations = list(audit.obligations.select_related("issue"))
    stored = [(one.issue.reference, one.metric, one.stored) for one in obligations]
    yield "population.csv", population_text(stored).encode()
    again = [(one.issue.reference, one.metric, one.recomputed) for one in obligations]
    yield "recomputed.csv", population_text(again).encode()
    yield "audit.json", _json(_audit_data(audit))
    yield from _review(audit)
    yield from _terms(audit)
    issues = {one.issue_id: one.issue for one in obligations}
    yield from _history(audit, sorted(issues.values(), key=lambda one: one.reference))
    yield from _dossiers(audit)


def count_parts(audit: Audit) -> int:
    """Return how many files `parts_of` yields."""
    return 15 + 2 * (audit.checkpoint is not None) + audit.records.count()


def _audit_data(audit: Audit) -> dict[str, Any]:
    differing = audit.obligations.exclude(differences=[]).select_related("issue")
    return {
        "reference": audit.reference,
        "organization": audit.agreement.organization.name,
        "quarter": name_of(audit.begins, audit.timezone),
        "begins": canonical.instant(audit.begins),
        "ends": canonical.instant(audit.ends),
        "timezone": audit.timezone,
        "state": audit.state,
        "prepared_at": canonical.instant(audit.opened_at),
        "signed_at": canonical.instant(audit.signed_at) if audit.signed_at else None,
        "population_sha256": audit.population_hash,
        "seed": audit.seed,
        "tolerance_percent": audit.tolerance,
        "outside_census": audit.drawn_from,
        "figures": [row.data() for row in figures(audit)],
        "differences": {f"{one.issue.reference} {one.metric}": one.differences for one in differing},
    }


def _review(audit: Audit) -> Iterator[Part]:
    """Yield what was looked at, what was found, and who signed."""
    records = list(audit.records.select_related("issue", "reviewed_by__user").prefetch_related("answers"))
    yield (
        "records.csv",
        _csv(
            ("number", "issue", "stratum", "reasons", "reviewed_at", "reviewed_by"),
            [
                [
                    one.number,
                    one.issue.reference,
                    one.stratum,
                    " ".join(one.reasons),
                    canonical.instant(one.reviewed_at) if one.reviewed_at else "",
                    one.reviewed_by.user.name if one.reviewed_by else "",
                ]
                for one in records
            ],
        ),
    )
    answers = [
        [record.issue.reference, one.question, one.answer, one.note]
        for record in records
        for one in sorted(record.answers.all(), key=lambda one: one.question)
    ]
    yield "answers.csv", _csv(("issue", "question", "answer", "note"), answers)
    yield "findings.csv", _findings(audit)
    yield "follow_ups.csv", _follow_ups(audit)
    signatures = audit.signatures.select_related("member__user", "member__organization")
    yield (
        "signatures.csv",
        _csv(
            ("party", "name", "organization", "at"),
            [
                [one.party, one.member.user.name, one.member.organization.name, canonical.instant(one.at)]
                for one in signatures
            ],
        ),
    )


def _follow_ups(audit: Audit) -> bytes:
    rows = [
        [
            one.finding.audit.reference,
            one.finding.number,
            one.finding.text,
            "yes" if one.done else "no",
            one.note,
            canonical.instant(one.at),
            one.by.user.name,
        ]
        for one in audit.follow_ups.select_related("finding__audit", "by__user")
    ]
    return _csv(("audit", "number", "finding", "done", "note", "at", "by"), rows)


def _findings(audit: Audit) -> bytes:
    rows = []
    for one in findings_of(audit):
        about = one.record or one.difference
        rows.append(
            [
                one.number,
                about.issue.reference if about else "",
                one.question,
                one.text,
                one.owner.user.name if one.owner else "",
                one.due_on.isoformat() if one.due_on else "",
                canonical.instant(one.closed_at) if one.closed_at else "",
                one.outcome,
            ]
        )
    head = ("number", "issue", "question", "text", "owner", "due_on", "closed_at", "outcome")
    return _csv(head, rows)


def _terms(audit: Audit) -> Iterator[Part]:
    """Yield terms and hours, and the exceptions from them."""
    agreement = audit.agreement
    version = agreement.policy_version
    yield (
        "terms.json",
        _json(
            {
                **content_of(version),
                "content_hash": version.content_hash,
                "agreement": {
                    "organization": agreement.organization.name,
                    "from": canonical.instant(agreement.effective_from),
                    "to": canonical.instant(agreement.effective_to) if agreement.effective_to else None,
                    "timezone": agreement.timezone,
                    "signed_by_client": agreement.signed_by_client,
                    "signed_by_vendor": agreement.signed_by_vendor,
                },
            }
        ),
    )
    yield "calendars.json", _json({"calendars": [_calendar(one) for one in (agreement.calendar,) if one]})


def _calendar(calendar: BusinessCalendar) -> dict[str, Any]:
    return {
        "name": calendar.name,
        "version": calendar.version,
        "timezone": calendar.timezone,
        "weekly": calendar.weekly,
        "holidays": calendar.holidays,
        "special": calendar.special,
    }


def _history(audit: Audit, issues: Sequence[Issue]) -> Iterator[Part]:
    """Yield the exceptions, the events with their proofs, all leaves, the checkpoint and the key."""
    head = ("issue", "metric", "effect", "cause", "status", "requested_at", "requested_by", "approved_by")
    yield "exceptions.csv", _csv((*head, "answered_by", "until", "reason", "plan"), exception_rows(issues))
    checkpoint = audit.checkpoint
    origin = checkpoint.log.origin if checkpoint else "portal"
    yield "public_key.txt", notes.verifier_key(origin, keys.public_key()).encode() + b"\n"
    if checkpoint is None:
        yield "events.jsonl", b""
        return
    found = checkpoint.log.leaves.filter(position__lt=checkpoint.size).order_by("position")
    leaves = [bytes.fromhex(one) for one in found.values_list("hash", flat=True)]
    yield "leaves.txt", "".join(f"{one.hex()}\n" for one in leaves).encode()
    yield "checkpoint.txt", checkpoint.note.encode()
    tree = merkle.Tree(leaves)
    yield "events.jsonl", "".join(_events(checkpoint, tree, issues)).encode()


def _events(checkpoint: Checkpoint, tree: merkle.Tree, issues: Sequence[Issue]) -> Iterator[str]:
    """Yield the events of `issues` that both parties may read, in the order of the log, one JSON a line."""
    references = [one.reference for one in issues]
    found: list[Leaf] = []
    for start in range(0, len(references), PART):
        leaves = checkpoint.log.leaves.filter(
            event__subject__in=references[start : start + PART],
            event__audience=Audience.BOTH,
            position__lt=checkpoint.size,
        )
        found += leaves.select_related("event")
    for leaf in sorted(found, key=lambda one: one.position):
        row = {
            "position": leaf.position,
            "entry": entry(leaf.event, leaf.position).decode(),
            "payload": leaf.event.payload,
            "path": [step.hex() for step in tree.inclusion(leaf.position, checkpoint.size)],
        }
        yield canonical.dumps(row) + "\n"


def _dossiers(audit: Audit) -> Iterator[Part]:
    records = audit.records.select_related(
        "issue__organization",
        "issue__reported_by__user",
        "issue__agreement__policy_version__policy",
        "issue__agreement__calendar",
    )
    for record in records.order_by("issue__reference"):
        data = dossier_data(record.issue, at=audit.opened_at)
        yield f"issues/{record.issue.reference}.json", _json(data)


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table whose cells no spreadsheet takes for formulas."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
