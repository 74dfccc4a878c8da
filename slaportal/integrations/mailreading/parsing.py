"""Bytes to `Letter`. Pure; run it through `reading.read`, which bounds time and memory.

Headers are read with the old `compat32` policy: the modern one raises on mail that exists (6 of 14 malformed
messages on Python 3.11, CPython #151857).
"""

import base64
import re
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from html.parser import HTMLParser

from mailparser_reply import EmailReplyParser

from slaportal.integrations.mailreading.letter import Enclosed, Letter

LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl"]
MOST_PARTS = 200
MOST_TEXT = 500_000  # characters looked at
MOST_ENCLOSED = 20
# Headers with which machines mark their mail (RFC 3834 and the habits of large senders).
MACHINES = (
    "x-portal-kind",
    "x-auto-response-suppress",
    "x-autoreply",
    "x-autorespond",
    "list-id",
    "feedback-id",
)
CUT_HERE = "##- "  # what stands above this line was written anew


def parse(raw: bytes) -> Letter:
    """Return what is understood of a mail; what is not understood is left out, and nothing raises for it."""
    mail = message_from_bytes(raw, policy=policy.compat32)
    author_name, author = _first_address(mail, "From")
    plain, markup, enclosed = _bodies(mail)
    whole = plain or _text_of(markup)
    return Letter(
        author=author,
        author_name=author_name,
        subject=_header(mail, "Subject")[:500],
        to=_addresses(mail, "To", "Cc", "Delivered-To", "X-Original-To"),
        message_id=_header(mail, "Message-ID").strip()[:500],
        references=re.findall(
            r"<[^<>\s]{1,300}>", f"{_header(mail, 'References')} {_header(mail, 'In-Reply-To')}"
        ),
        text=_newly_written(whole),
        whole=whole,
        verdicts=[_decoded(str(value))[:2000] for value in mail.get_all("Authentication-Results") or []],
        automatic=_automatic(mail),
        enclosed=enclosed,
    )


def _header(mail: Message, name: str) -> str:
    return _decoded(str(mail.get(name) or ""))


def _decoded(value: str) -> str:
    value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        parts = decode_header(value)
    except Exception:  # noqa: BLE001 – an encoded word that is none stays as it is written
        return " ".join(value.split())
    words = [part if isinstance(part, str) else _characters(part, charset) for part, charset in parts]
    return " ".join("".join(words).split())


def _characters(content: bytes, charset: str | None) -> str:
    for name in (charset, "utf-8", "windows-1252"):
        try:
            return content.decode(name or "utf-8")
        except (LookupError, UnicodeError):
            continue
    return content.decode("latin-1")


def _addresses(mail: Message, *names: str) -> list[str]:
    values = [_decoded(str(value)) for name in names for value in mail.get_all(name) or []]
    return [address.strip().lower() for _, address in getaddresses(values) if "@" in address][:200]


def _first_address(mail: Message, name: str) -> tuple[str, str]:
    # Several authors, or none, are nobody: whoever reads this must be sure who speaks.
    found = getaddresses([str(value) for value in mail.get_all(name) or []])
    if len(found) != 1 or "@" not in found[0][1]:
        return "", ""
    return _decoded(found[0][0])[:120], found[0][1].strip().lower()[:320]


def _automatic(mail: Message) -> str:
    """Why this is no person's mail, as a code; "" for a person's."""
    if _header(mail, "Auto-Submitted").lower() not in ("", "no"):
        return "auto-submitted"
    if _header(mail, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply"):
        return "bulk"
    if mail.get_content_type() == "multipart/report" or "mailer-daemon@" in _header(mail, "From").lower():
        return "bounce"
    marked = [name for name in MACHINES if mail.get(name) is not None]
    return f"machine:{marked[0]}" if marked else ""


def _bodies(mail: Message) -> tuple[str, str, list[Enclosed]]:
    plain, markup, enclosed = "", "", list[Enclosed]()
    for number, part in enumerate(mail.walk()):
        if number >= MOST_PARTS:
            break
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        name = _decoded(str(part.get_filename() or ""))
        if kind == "text/plain" and not name and not plain:
            plain = _text(part)
        elif kind == "text/html" and not name and not markup:
            markup = _text(part)
        elif len(enclosed) < MOST_ENCLOSED and (content := _content(part)):
            enclosed.append(
                Enclosed(name=name or f"part-{number}", kind=kind, content=base64.b64encode(content).decode())
            )
    return plain, markup, enclosed


def _content(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001 – a part that cannot be decoded is kept in the raw mail only
        return b""
    return content if isinstance(content, bytes) else b""


def _text(part: Message) -> str:
    text = _characters(_content(part), part.get_content_charset())[:MOST_TEXT]
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


class _Words(HTMLParser):
    """The words of HTML, with line ends where a reader sees them."""

    BREAKS = frozenset(("p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote"))
    HIDDEN = frozenset(("script", "style", "head", "title"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.HIDDEN:
            self._hidden += 1
        elif tag == "blockquote":
            self.words.append("\n> ")
        elif tag in self.BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in self.BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(" ".join(data.split()) + (" " if data[-1:].isspace() else ""))


def _text_of(markup: str) -> str:
    reader = _Words()
    reader.feed(markup)
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.words)).strip()


def _newly_written(whole: str) -> str:
    """What stands above the quoted history; all of it where nothing is quoted or nothing stands above."""
    above = whole.partition(CUT_HERE)[0]
    try:
        newest = EmailReplyParser(languages=LANGUAGES).read(text=above).latest_reply or ""
    except Exception:  # noqa: BLE001 – the original is kept; a reply that cannot be cut is shown whole
        newest = above
    return newest.strip() or above.strip() or whole.strip()
