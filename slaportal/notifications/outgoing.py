"""One round's connection to the mail server, and what a message looks like on the wire."""

import logging
import secrets
import smtplib
from email.utils import formataddr
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

from slaportal.notifications.models import Message
from slaportal.notifications.rendering import Mail

logger = logging.getLogger(__name__)

# What says that the server, not the message, is the trouble.
SERVER_ERRORS = (
    OSError,
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
)
# These are OSErrors too, but speak of one message.
MESSAGE_ERRORS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPNotSupportedError,
)


class ServerDownError(Exception):
    """The mail server cannot be reached or does not let us in: no message will pass now."""


def new_message_id() -> str:
    """Return a Message-ID that no other mail has."""
    return f"<{secrets.token_hex(16)}@{_host()}>"


class Outgoing:
    """A connection opened with the first mail, shared by the round, closed at its end."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, message: Message, mail: Mail, *, urgent: bool) -> None:
        """Hand one mail over. Raises `ServerDownError`, or whatever the server says about this one message."""
        try:
            if self._connection is None:
                self._connection = get_connection()
                self._connection.open()
            self._connection.send_messages([envelope(message, mail, urgent=urgent)])
        except MESSAGE_ERRORS:
            self._close()
            raise
        except SERVER_ERRORS as error:
            self._close()
            raise ServerDownError(f"{type(error).__name__}: {error}") from error

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except SERVER_ERRORS:
            logger.info("The mail server hung up first.")


def envelope(message: Message, mail: Mail, *, urgent: bool) -> EmailMultiAlternatives:
    """The mail with its headers: fixed Message-ID, the issue's thread, and marked as no person's (RFC 3834)."""
    person = message.recipient
    name = " ".join(str(getattr(person, "name", "")).split())
    headers = {
        "Message-ID": message.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Portal-Kind": message.kind,
    }
    if message.subject_reference:
        host = _host()
        thread = f"<thread.{message.subject_reference}@{host}>"
        headers |= {
            "In-Reply-To": thread,
            "References": thread,
            "List-Id": f"<{message.subject_reference.lower()}.issues.{host}>",
        }
    if urgent:
        headers |= {"Importance": "high", "X-Priority": "1"}
    answer_to = import_string(settings.REPLY_ADDRESS)(message)
    envelope = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[formataddr((name, person.email))],
        reply_to=[answer_to] if answer_to else None,
        headers=headers,
    )
    envelope.attach_alternative(mail.html, "text/html")
    for name, content, kind in attachments(message):
        envelope.attach(name, content, kind)
    return envelope


def attachments(message: Message) -> list[tuple[str, bytes, str]]:
    """Return name, content and media type of what goes with messages of this kind (setting MAIL_ATTACHMENTS).

    The setting names, by kind, a function of the message's context in an app above this one.
    """
    path = settings.MAIL_ATTACHMENTS.get(message.kind)
    found: list[tuple[str, bytes, str]] = import_string(path)(message.context) if path else []
    return found


def _host() -> str:
    return urlsplit(settings.PORTAL_URL).hostname or "localhost"
