"""Messages, notes and files against the hashes that the ledger holds of them."""

import json
from collections.abc import Iterator

from slaportal.issues.models import Attachment, Comment, InternalNote
from slaportal.ledger.hashing import digest
from slaportal.ledger.models import Event


def changed_words(events: list[Event]) -> Iterator[tuple[int, str]]:
    """Yield the id of an event and in words what is wrong with the message, note or file that it recorded."""
    yield from _changed(events, "comment.added", "comment", Comment)
    yield from _changed(events, "note.added", "note", InternalNote)
    said = {event.pk: json.loads(event.payload)["data"] for event in events if event.kind == "file.attached"}
    references = [data["attachment"] for data in said.values()]
    kept = dict(Attachment.objects.filter(reference__in=references).values_list("reference", "sha256"))
    for pk, data in said.items():
        if kept.get(data["attachment"]) != data["sha256"]:
            yield pk, "its file is not the one that was attached"


def _changed(
    events: list[Event], kind: str, name: str, model: type[Comment] | type[InternalNote]
) -> Iterator[tuple[int, str]]:
    said = {event.pk: json.loads(event.payload)["data"] for event in events if event.kind == kind}
    kept = model.objects.in_bulk([data[name] for data in said.values()])
    for pk, data in said.items():
        written = kept.get(data[name])
        if written is None:
            yield pk, f"its {name} is gone"
        elif digest(written.salt, written.body) != data["body_sha256"]:
            yield pk, f"its {name} does not say what was recorded"
