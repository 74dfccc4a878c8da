"""Writing the ledger: appending in the act's own transaction, sealing a few seconds later, erasing what people wrote."""

from slaportal.ledger.hashing import digest
from slaportal.ledger.services.appending import append
from slaportal.ledger.services.sealing import LedgerForked, seal

__all__ = ["LedgerForked", "append", "digest", "seal"]
