"""Keeping a mail as it arrived, once."""

import hashlib
import re
from datetime import datetime

from django.db import IntegrityError, transaction

from slaportal.integrations.models import InboundMail

# What mail servers add on the way; the rest was made by the writer and is the same however often it arrives.
ON_THE_WAY = re.compile(
    rb"^(received|return-path|delivered-to|x-original-to|authentication-results|arc-[a-z-]+|x-received|dkim-signature"
    rb"|received-spf|x-spam-[a-z-]+):",
    re.IGNORECASE,
)


def digest_of(raw: bytes) -> str:
    """Return the SHA-256 of a mail without the headers that servers add on its way."""
    head, gap, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    kept, skipping = [], False
    for line in head.split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            skipping = ON_THE_WAY.match(line) is not None
        if not skipping:
            kept.append(line)
    return hashlib.sha256(b"\n".join(kept) + gap + body).hexdigest()


def spool(
    *, raw: bytes, way: str, now: datetime, sent_from: str = "", sent_to: str = "", key: bytes = b""
) -> tuple[InboundMail, bool]:
    """Keep `raw` as it arrived at `now`; return its row, and whether it is new. Nothing is read or judged yet.

    `key` is by what the mail is known again where `raw` was put together here and differs each time.
    """
    digest = hashlib.sha256(key).hexdigest() if key else digest_of(raw)
    known = InboundMail.objects.filter(digest=digest)
    try:
        with transaction.atomic():
            if (row := known.first()) is not None:
                return row, False
            row = InboundMail.objects.create(
                digest=digest,
                raw=raw,
                way=way,
                sent_from=sent_from[:320].lower(),
                sent_to=sent_to[:1000].lower(),
                received_at=now,
            )
    except IntegrityError:
        return known.get(), False
    return row, True
