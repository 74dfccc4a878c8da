"""Does the ledger still say what was sealed? Everything is computed anew and compared; each fault names its event."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from slaportal.ledger import merkle, notes
from slaportal.ledger.entries import disagreements, entry
from slaportal.ledger.models import Checkpoint, Event, Leaf, Log
from slaportal.ledger.selectors.texts import Texts

PART = 2000


@dataclass(slots=True)
class Verdict:
    """What verifying found. `faults` are sentences, empty when the ledger is whole; the rest says how much was checked.

    `unsealed` events are written but wait for the seal, which takes seconds.
    """

    faults: list[str] = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(*, against: Sequence[str] = ()) -> Verdict:
    """Check every log, event, text and checkpoint; `against` are signed notes that somebody kept elsewhere."""
    verdict, texts = Verdict(), Texts()
    roots: dict[str, dict[int, bytes]] = {}
    kept = [notes.read(note) for note in against]
    for log in Log.objects.order_by("pk"):
        checkpoints = list(log.checkpoints.order_by("size"))
        wanted = {one.size for one in checkpoints} | {one.size for one in kept if one.origin == log.origin}
        roots[log.origin] = _walk(log, wanted | {log.size}, texts, verdict)
        _check_checkpoints(log, checkpoints, roots[log.origin], verdict)
        verdict.checked["logs"] += 1
    for head, note in zip(kept, against, strict=True):
        _check_kept(head, note, roots, verdict)
    _check_strays(verdict)
    for event, name in texts.gone():
        verdict.faults.append(
            f"event {event.pk} ({_name(event)}): its {name} is gone, but nobody erased it on record."
        )
    verdict.checked["erased texts"] = texts.erased
    return verdict


def _walk(log: Log, sizes: set[int], texts: Texts, verdict: Verdict) -> dict[int, bytes]:
    """Compare each event of `log` with its leaf, and return the root at each of `sizes` that the log reaches."""
    edge, roots = merkle.Edge(), dict[int, bytes]()
    for part in _leaves(log):
        sound = [leaf.event for leaf in part if _step(leaf, edge, sizes, roots, verdict)]
        names = {event.pk: _name(event) for event in sound}
        for pk, wrong in texts.compare(sound):
            verdict.faults.append(f"{log}: event {pk} ({names[pk]}): {wrong}.")
    if edge.size != log.size:
        verdict.faults.append(f"{log}: {edge.size} events are sealed, the log says {log.size}.")
    return roots


def _step(leaf: Leaf, edge: merkle.Edge, sizes: set[int], roots: dict[int, bytes], verdict: Verdict) -> bool:
    """Add one leaf to the tree; whether its event is sound. A gap before it is filled with nothing."""
    while edge.size < leaf.position:
        verdict.faults.append(f"{leaf.log}: the event at position {edge.size} is missing.")
        edge.add(merkle.EMPTY)
    wrong = list(_leaf_faults(leaf))
    for one in wrong:
        verdict.faults.append(f"{leaf.log}: event {leaf.event_id} ({_name(leaf.event)}): {one}.")
    edge.add(bytes.fromhex(leaf.hash))
    if edge.size in sizes:
        roots[edge.size] = edge.root()
    verdict.checked["events"] += 1
    return not wrong


def _leaf_faults(leaf: Leaf) -> Iterator[str]:
    yield from disagreements(leaf.event)
    if leaf.hash != merkle.leaf_hash(entry(leaf.event, leaf.position)).hex():
        yield "it is not what was sealed at its place"
    if (leaf.event.organization_id, leaf.event.demo) != (leaf.log.organization_id, leaf.log.demo):
        yield "it stands in the log of another organization"


def _check_checkpoints(
    log: Log, checkpoints: list[Checkpoint], roots: dict[int, bytes], verdict: Verdict
) -> None:
    good = 0
    for one in checkpoints:
        verdict.checked["checkpoints"] += 1
        try:
            head = notes.verify(one.note, bytes.fromhex(one.public_key))
        except notes.BadNote as bad:
            verdict.faults.append(f"{log}: checkpoint at {one.size}: {bad}")
            continue
        if (head.origin, head.size, head.root.hex()) != (log.origin, one.size, one.root):
            verdict.faults.append(f"{log}: checkpoint at {one.size}: its columns are not what was signed.")
        elif one.size not in roots:
            verdict.faults.append(f"{log}: checkpoint at {one.size}: events up to there are missing.")
        elif roots[one.size] != head.root:
            verdict.faults.append(
                f"{log}: checkpoint at {one.size}: the events at positions {good} to {one.size - 1} are not "
                "those that were signed."
            )
        else:
            good = one.size
    if checkpoints and checkpoints[-1].size < log.size:
        verdict.faults.append(f"{log}: events from position {checkpoints[-1].size} on were never signed.")


def _check_kept(head: notes.Head, note: str, roots: dict[str, dict[int, bytes]], verdict: Verdict) -> None:
    """Compare with a checkpoint that was kept outside: this finds what was re-sealed, and what a backup lacks."""
    verdict.checked["kept checkpoints"] += 1
    keys = Checkpoint.objects.order_by("public_key").values_list("public_key", flat=True).distinct()
    if not any(_signed_by(note, bytes.fromhex(key)) for key in keys):
        verdict.faults.append(
            f"{head.origin}: the kept checkpoint at {head.size} is signed by no key of ours."
        )
    found = roots.get(head.origin)
    if found is None:
        verdict.faults.append(
            f"{head.origin}: there is no such log here; all its {head.size} events are missing."
        )
    elif head.size not in found:
        here = max(found, default=0)
        verdict.faults.append(
            f"{head.origin}: the kept checkpoint counts {head.size} events, here are {here}: "
            f"{head.size - here} are missing."
        )
    elif found[head.size] != head.root:
        verdict.faults.append(
            f"{head.origin}: the first {head.size} events are not those of the kept checkpoint: "
            "history was written anew."
        )


def _signed_by(note: str, key: bytes) -> bool:
    try:
        notes.verify(note, key)
    except notes.BadNote:
        return False
    return True


def _check_strays(verdict: Verdict) -> None:
    """Find events outside of any log that do not wait for the seal: no service wrote them."""
    for event in Event.objects.filter(leaf=None, unsealed=None).order_by("pk"):
        verdict.faults.append(f"event {event.pk} ({_name(event)}): it was not written by the portal.")
    waiting = Event.objects.filter(Q(unsealed__isnull=False), leaf=None)
    verdict.checked["unsealed"] = waiting.count()
    for event in waiting.iterator(chunk_size=PART):
        for wrong in disagreements(event):
            verdict.faults.append(f"event {event.pk} ({_name(event)}): {wrong}.")


def _leaves(log: Log) -> Iterator[list[Leaf]]:
    """Yield the leaves of `log` in order, in parts, so that memory does not grow with the log."""
    begin, full = 0, True
    while full:
        found = log.leaves.filter(position__gte=begin).select_related("event").order_by("position")
        part = list(found[:PART])
        for leaf in part:
            leaf.log = log
        if part:
            yield part
            begin = part[-1].position + 1
        full = len(part) == PART


def _name(event: Event) -> str:
    return f"{event.kind} {event.subject}".strip()
