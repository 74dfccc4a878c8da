"""Giving every event its place in its log, and signing how far each log has come.

No writer waits for this: events are chained after their transaction, by rows that say what is not sealed yet. Two
sealers at once are harmless, since the log is claimed by its size and every place exists once.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from slaportal.ledger import keys, merkle, notes
from slaportal.ledger.entries import entry
from slaportal.ledger.models import Checkpoint, Event, Leaf, Log, Unsealed

logger = logging.getLogger(__name__)

BATCH: Final = 1000


class LedgerForked(Exception):
    """The database does not continue what was signed before: it is older, or it was changed."""


def seal(*, now: datetime) -> int:
    """Seal every event that waits, sign a checkpoint for each log that grew, and return how many were sealed.

    A log that does not continue what was signed before is left as it is, with an error in the log of the portal.
    """
    return sum(
        _seal_all(organization, demo, now=now)
        for organization, demo in Unsealed.objects.order_by()
        .values_list("event__organization", "event__demo")
        .distinct()
    )


def _seal_all(organization: int, demo: bool, *, now: datetime) -> int:
    sealed = 0
    while True:
        try:
            some = _seal_some(organization, demo, now=now)
        except LedgerForked:
            logger.exception("A log is not sealed any further")
            return sealed
        except IntegrityError:
            logger.info("Another process seals the log of organization %s", organization)
            return sealed
        if not some:
            return sealed
        sealed += some


@transaction.atomic
def _seal_some(organization: int, demo: bool, *, now: datetime) -> int:
    """Seal the next part of one log; 0 if nothing waits or another process has it."""
    log = _log(organization, demo)
    waiting = Event.objects.filter(unsealed__isnull=False, organization=organization, demo=demo)
    events = list(waiting.order_by("pk")[:BATCH])
    if not events:
        return 0
    edge = merkle.Edge(log.size, map(bytes.fromhex, log.edge))
    _refuse_a_fork(log, edge)
    leaves = list(_leaves(log, edge, events))
    claimed = Log.objects.filter(pk=log.pk, size=log.size).update(
        size=edge.size, edge=[one.hex() for one in edge.hashes]
    )
    if not claimed:
        return 0
    Leaf.objects.bulk_create(leaves)
    Unsealed.objects.filter(event__in=events).delete()
    _sign(log, edge, now=now)
    return len(leaves)


def _log(organization: int, demo: bool) -> Log:
    log, made = Log.objects.get_or_create(organization_id=organization, demo=demo)
    if made:
        log.origin = f"{settings.PORTAL_URL.partition('://')[2]}/ledger/{log.reference}"
        log.save(update_fields=["origin"])
    return log


def _leaves(log: Log, edge: merkle.Edge, events: Iterable[Event]) -> Iterable[Leaf]:
    for position, event in enumerate(events, log.size):
        hashed = merkle.leaf_hash(entry(event, position))
        edge.add(hashed)
        yield Leaf(event=event, log=log, position=position, hash=hashed.hex())


def _sign(log: Log, edge: merkle.Edge, *, now: datetime) -> None:
    """Sign how far the log has come; what was signed is remembered outside the database once it is committed."""
    key = keys.signing_key()
    note = notes.sign(notes.Head(log.origin, edge.size, edge.root()), key)
    Checkpoint.objects.create(
        log=log,
        size=edge.size,
        root=edge.root().hex(),
        note=note,
        public_key=notes.raw_public(key).hex(),
        at=now,
    )
    transaction.on_commit(lambda: keys.remember(log.reference, note))


def _refuse_a_fork(log: Log, edge: merkle.Edge) -> None:
    """Raise `LedgerForked` unless the log continues what was last signed for it on this machine."""
    last = keys.recall(log.reference)
    if last is None or (last.size, last.root) == (edge.size, edge.root()):
        return
    if last.size > edge.size:
        raise LedgerForked(
            f"{log} holds {edge.size} events, but {last.size} were signed: the database is older than that. "
            "Restore a newer backup, or see docs/auditing.md on going on from an older one."
        )
    first = log.leaves.order_by("position")[: last.size].values_list("hash", flat=True)
    if merkle.root(map(bytes.fromhex, first)) != last.root:
        raise LedgerForked(f"{log} was changed within its first {last.size} events, which were signed.")
