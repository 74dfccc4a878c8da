"""Mails as strangers and clients write them."""

from email.message import EmailMessage

OURS = "support@portal.example"
SERVER = "mx.portal.example"


def written(
    author: str,
    text: str = "The printer burns.",
    *,
    to: str = OURS,
    subject: str = "Printer burns",
    vouched: str | None = None,
    **headers: str,
) -> bytes:
    """Return a mail by `author` for which our server vouches; `vouched` is another Authentication-Results, "" for none."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = author, to, subject
    mail["Message-ID"] = f"<{abs(hash((author, text, subject, to)))}@writer.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    domain = author.rpartition("@")[2].rstrip(">")
    verdict = f"{SERVER}; spf=pass; dmarc=pass header.from={domain}" if vouched is None else vouched
    head = f"Authentication-Results: {verdict}\r\n".encode() if verdict else b""
    return head + mail.as_bytes()
