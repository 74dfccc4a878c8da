"""Checkpoints as signed notes, in the text formats of C2SP (tlog-checkpoint, signed-note), so that others can read them.

A checkpoint says how many events a log holds and the root of their tree; Ed25519 signs exactly its text.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM: Final = b"\x01"  # Ed25519, as C2SP numbers it.


class BadNote(ValueError):
    """The text is no checkpoint, or nobody we know signed it; the message says which."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: `size` events in the log called `origin`, with `root` over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign(head: Head, key: Ed25519PrivateKey) -> str:
    """Return the signed note of `head`; the key goes by the name of the log, as C2SP advises."""
    signature = _key_id(head.origin, raw_public(key)) + key.sign(head.text.encode())
    return f"{head.text}\n— {head.origin} {base64.b64encode(signature).decode()}\n"


def read(note: str) -> Head:
    """Return what `note` says, whoever signed it. Raises `BadNote`."""
    text, _, _ = note.partition("\n\n")
    lines = text.split("\n")
    try:
        head = Head(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
    except (IndexError, ValueError) as error:
        raise BadNote("This is not a checkpoint: it has no origin, size and root.") from error
    if not head.origin or head.size < 0 or len(head.root) != 32 or head.text != text + "\n":
        raise BadNote("This is not a checkpoint: it has no origin, size and root.")
    return head


def verify(note: str, public: bytes) -> Head:
    """Return what `note` says if the holder of `public` (32 raw bytes) signed it. Raises `BadNote`."""
    head = read(note)
    signatures = note.partition("\n\n")[2]
    wanted = _key_id(head.origin, public)
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.rpartition(" ")
        try:
            blob = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            continue
        if dash != "—" or name != head.origin or blob[:4] != wanted:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(blob[4:], head.text.encode())
        except InvalidSignature:
            raise BadNote("The signature does not fit the text: one of them was changed.") from None
        return head
    raise BadNote("The holder of this key did not sign this checkpoint.")


def verifier_key(origin: str, public: bytes) -> str:
    """Return the public key in the form that C2SP tools read: name, key id and key."""
    key = base64.b64encode(ALGORITHM + public).decode()
    return f"{origin}+{_key_id(origin, public).hex()}+{key}"


def raw_public(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 bytes of the public half."""
    return key.public_key().public_bytes_raw()


def _key_id(origin: str, public: bytes) -> bytes:
    return hashlib.sha256(origin.encode() + b"\n" + ALGORITHM + public).digest()[:4]
