"""Mail from an IMAP mailbox: kept here before it is marked as seen there, so a crash between only brings it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags

from slaportal.integrations.services import mail

MOST = 100  # mails a round
SECONDS = 20


@contextmanager
def mailbox(address: str) -> Iterator[BaseMailBox]:
    """Open the mailbox of `imaps://name:password@host:port/folder`."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port
    plain = parts.scheme == "imap"
    box = (
        MailBoxUnencrypted(host, port or 143, timeout=SECONDS)
        if plain
        else MailBox(host, port or 993, timeout=SECONDS)
    )
    name, password = unquote(parts.username or ""), unquote(parts.password or "")
    with box.login(name, password, initial_folder=unquote(parts.path.strip("/")) or "INBOX") as opened:
        yield opened


def fetch(box: BaseMailBox, *, now: datetime) -> int:
    """Keep what is not marked as seen, mark it, and return how many were new."""
    new = 0
    for uid in box.uids(AND(seen=False))[:MOST]:
        _, data = box.client.uid("fetch", uid, "(BODY.PEEK[])")
        raw = next((part[1] for part in data if isinstance(part, tuple)), None)
        if raw is None:
            continue  # somebody else took it away meanwhile
        new += mail.spool(raw=raw, way="imap", now=now)[1]
        box.flag(uid, MailMessageFlags.SEEN, True)
    return new
