"""A mail server for people who have none: mails are kept in the portal and read on a page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parseaddr

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from slaportal.notifications.models import MailboxEntry

HIDDEN = {"content-type", "content-transfer-encoding", "mime-version"}


class EmailBackend(BaseEmailBackend):
    """Keeps each mail once per recipient; a mail that comes again under its Message-ID is dropped, as readers do."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the mails; the number taken, repeated ones among them."""
        for message in email_messages:
            self._keep(message)
        return len(email_messages)

    def _keep(self, message: EmailMessage) -> None:
        headers = {
            name: str(value) for name, value in message.message().items() if name.lower() not in HIDDEN
        }
        # The backend is an edge, like a mail server: its clock stamps what arrives.
        arrived = datetime.now(UTC)  # noqa: TID251
        people = message.recipients()
        MailboxEntry.objects.bulk_create(
            [
                MailboxEntry(
                    message_id=_key(headers["Message-ID"], person, alone=len(people) == 1),
                    to=parseaddr(person)[1],
                    subject=str(message.subject)[:255],
                    text=str(message.body),
                    html=_html(message),
                    headers=headers,
                    sent_at=arrived,
                )
                for person in people
            ],
            ignore_conflicts=True,
        )


def _key(message_id: str, person: str, *, alone: bool) -> str:
    return message_id if alone else f"{message_id} {parseaddr(person)[1]}"[:200]


def _html(message: EmailMessage) -> str:
    if isinstance(message, EmailMultiAlternatives):
        for alternative in message.alternatives:
            if alternative[1] == "text/html":
                return str(alternative[0])
    return ""
