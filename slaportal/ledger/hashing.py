"""How the ledger knows a text that people wrote, without holding it."""

import hashlib


def digest(salt: str, text: str) -> str:
    """Return the hash under which the ledger knows a text: SHA-256 of salt and text, in hex."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()
