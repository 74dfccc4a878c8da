"""`manage.py mail_server`: takes mail by LMTP from the mail server on this machine."""

import logging
import signal
import threading
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from asgiref.sync import sync_to_async
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from slaportal.integrations.services import mail

logger = logging.getLogger(__name__)
LARGEST = 40 * 1024 * 1024


class Keeper:
    """Says yes to a mail only once it is kept."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 – its name
        """Keep it."""
        try:
            await sync_to_async(self._keep)(envelope)
        except Exception:
            logger.exception("A mail could not be kept; its server tries again.")
            return "451 Not kept, try again later"
        return "250 Kept"

    def _keep(self, envelope: Envelope) -> None:
        close_old_connections()
        try:
            self._spool(envelope)
        finally:
            close_old_connections()  # this thread lives on; its connection must not

    def _spool(self, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        recipients = ",".join(str(one) for one in envelope.rcpt_tos)
        mail.spool(
            raw=content,
            way="lmtp",
            sent_from=str(envelope.mail_from or ""),
            sent_to=recipients,
            now=datetime.now(UTC),
        )


class Receiver(Controller):
    """LMTP on a port of this machine."""

    def factory(self) -> SMTP:
        """One connection."""
        return LMTP(self.handler, data_size_limit=LARGEST, enable_SMTPUTF8=True)


class Command(BaseCommand):
    """Listen until stopped."""

    help = "Take mail by LMTP from the mail server on this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8024)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        """Take mail; posting it is the work of `take_mail` or Celery."""
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        receiver = Receiver(Keeper(), hostname=host, port=port)
        receiver.start()
        self.stdout.write(f"Mail is taken by LMTP at {host}:{port}")
        stopped.wait()
        receiver.stop()
