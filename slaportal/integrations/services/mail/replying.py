"""The address under which one person answers about one issue."""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from slaportal.integrations.models import ReplyAddress
from slaportal.issues.models import Issue

TOKEN = re.compile(r"\+([a-z2-7]{26})@")  # 128 bits in base 32


def reply_address(message: Any) -> str:
    """Return the address to answer to for a message of the outbox, or "" where answers do not come in.

    Its token belongs to the one who receives the mail: whoever it is forwarded to cannot use it.
    """
    if not settings.INBOUND_ADDRESS or not message.subject_reference:
        return ""
    issue = Issue.objects.filter(reference=message.subject_reference).first()
    if issue is None:
        return ""
    local, _, domain = settings.INBOUND_ADDRESS.partition("@")
    return f"{local}+{token_of(_address(issue, message.recipient))}@{domain}"


def _address(issue: Issue, user: Any) -> ReplyAddress:
    known = ReplyAddress.objects.filter(issue=issue, user=user).first()
    if known is not None:
        return known
    nonce = secrets.token_hex(16)
    fresh = ReplyAddress(issue=issue, user=user, nonce=nonce)
    fresh.token_hash = hash_of(token_of(fresh))
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:
        return ReplyAddress.objects.get(issue=issue, user=user)
    return fresh


def token_of(address: ReplyAddress) -> str:
    """Return the secret part of `address`, which is stored nowhere."""
    key = f"reply address {settings.SECRET_KEY}".encode()
    told = f"{address.issue_id}:{address.user_id}:{address.nonce}".encode()
    return base64.b32encode(hmac.digest(key, told, "sha256")[:16]).decode().rstrip("=").lower()


def hash_of(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def tokens_in(addresses: list[str]) -> list[str]:
    """Return the reply tokens among the addresses of a mail, each once."""
    return list(dict.fromkeys(found[1] for one in addresses if (found := TOKEN.search(one.lower()))))
