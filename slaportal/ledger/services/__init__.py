"""Writing the ledger: appending in the act's own transaction, sealing a few seconds later, erasing what people wrote."""

from slaportal.ledger.hashing import digest
from slaportal.ledger.services.appending import append
from slaportal.ledger.services.erasing import erase_texts
from slaportal.ledger.services.sealing import LedgerForked, seal

__all__ = ["LedgerForked", "append", "digest", "erase_texts", "seal"]
