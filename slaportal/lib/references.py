"""Public ids that people can read out and nobody can guess, such as ISS-7Q4K2M9D."""

import secrets

# Crockford's base 32: no I, L, O or U, so nothing can be misread over the phone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8


def new_reference(prefix: str) -> str:
    """Return `prefix`, a hyphen and 40 random bits in Crockford's base 32."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"


def normalize_reference(text: str) -> str:
    """Return `text` as the id that its reader meant: upper case, O read as 0, I and L as 1."""
    prefix, hyphen, rest = text.strip().upper().partition("-")
    return prefix + hyphen + rest.translate(str.maketrans("OIL", "011"))
