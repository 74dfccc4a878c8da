"""The signing key, and what was signed last: both outside the database, so that whoever rewrites one lacks the other."""

import base64
import binascii
import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from slaportal.ledger import notes


def signing_key() -> Ed25519PrivateKey:
    """Return the key of the setting LEDGER_KEY, else the one in LEDGER_DIR, made there on first use."""
    written = settings.LEDGER_KEY or _kept_key()
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(written, validate=True))
    except (binascii.Error, ValueError) as error:
        raise ImproperlyConfigured("LEDGER_KEY is not 32 bytes in base64: openssl rand -base64 32") from error


def public_key() -> bytes:
    """Return the 32 bytes of the public half, which everybody may know."""
    return notes.raw_public(signing_key())


def recall(log: str) -> notes.Head | None:
    """Return what was last signed here for the log with this reference; None if nothing was."""
    try:
        return notes.read(_memory(log).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def remember(log: str, note: str) -> None:
    """Keep the note that was just signed for a log, in one piece or not at all."""
    path = _memory(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(note)
        file.flush()
        os.fsync(handle)
    Path(name).replace(path)


def _memory(log: str) -> Path:
    return Path(settings.LEDGER_DIR) / "signed" / f"{log}.txt"


def _kept_key() -> str:
    """Return the key in the folder; a link makes the file appear whole, whoever else begins at this moment."""
    path = Path(settings.LEDGER_DIR) / "signing_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")  # readable by its owner only
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(base64.b64encode(os.urandom(32)).decode())
        try:
            os.link(name, path)
        except FileExistsError:
            pass  # another process was first: its key is everybody's
        finally:
            Path(name).unlink()
    return path.read_text(encoding="utf-8").strip()
