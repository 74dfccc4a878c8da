"""Who wrote this, surely? And was it a person?"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop

from slaportal.integrations.mailreading.letter import Letter

# Why a mail was not posted, in words for whoever looks at it.
REASONS = {
    "unreadable": gettext_noop("It could not be read."),
    "no-author": gettext_noop("It names no author, or several."),
    "unverified": gettext_noop("Our mail server does not vouch for its sender."),
    "unknown-sender": gettext_noop("Nobody with this address may report issues."),
    "several-organizations": gettext_noop(
        "Its author belongs to several organizations, and the mail names no issue."
    ),
    "not-the-recipient": gettext_noop("It answers under the address of another person."),
    "unknown-token": gettext_noop("It answers under an address that does not exist or no longer works."),
    "no-access": gettext_noop("Its author may not write on this issue."),
    "ended": gettext_noop("The issue has ended; whoever of the vendor wrote this may open a follow-up."),
    "empty": gettext_noop("It says nothing."),
    "refused": gettext_noop("The portal refused it."),
    "too-many": gettext_noop("Its author sent very many mails today."),
    "failed": gettext_noop("Posting it failed several times."),
    "auto-submitted": gettext_noop("A machine wrote it."),
    "bulk": gettext_noop("It was sent to many."),
    "bounce": gettext_noop("It says that a mail could not be delivered."),
    "machine": gettext_noop("A machine wrote it."),
    "null-sender": gettext_noop("It has no sender, as word of a mail server."),
    "own-mail": gettext_noop("The portal wrote it itself."),
}

OF_MACHINES = frozenset(("auto-submitted", "bulk", "bounce", "machine", "null-sender", "own-mail"))


class Held(Exception):
    """The mail is not posted: `reason` is a key of `REASONS`, `detail` what helps to understand it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def machine(letter: Letter, *, sent_from: str, way: str) -> str:
    """Return why no person wrote this, as a key of `REASONS`; "" for a person's mail (no loops, RFC 3834)."""
    own = settings.INBOUND_ADDRESS.lower()
    host = (urlsplit(settings.PORTAL_URL).hostname or "localhost").lower()
    if letter.message_id.lower().rstrip(">").endswith(f"@{host}") or is_own(letter.author, own):
        return "own-mail"
    if letter.automatic:
        return letter.automatic.partition(":")[0]
    # Only the mail server itself tells us the envelope; elsewhere its absence says nothing.
    return "null-sender" if way == "lmtp" and sent_from in ("", "<>") else ""


def is_own(address: str, own: str) -> bool:
    """Whether `address` is the portal's, with or without a reply token."""
    local, _, domain = own.partition("@")
    return (
        bool(own) and re.fullmatch(rf"{re.escape(local)}(\+[^@]*)?@{re.escape(domain)}", address) is not None
    )


def vouched_for(letter: Letter) -> bool:
    """Whether our own mail server says that the domain of the author sent this (DMARC, RFC 8601).

    It writes its result above all others, so only the topmost counts, and only under its own name.
    """
    if not letter.verdicts:
        return False
    server, _, results = letter.verdicts[0].partition(";")
    domain = re.escape(letter.author.rpartition("@")[2])
    passed = re.search(
        rf"\bdmarc=pass\b[^;]*\bheader\.from=(\S+@)?{domain}(?![\w.-])", results, re.IGNORECASE
    )
    return server.strip().split(" ")[0].lower() == settings.INBOUND_AUTHSERV_ID.lower() and passed is not None
