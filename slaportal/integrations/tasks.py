"""The bells of webhooks and of mail in; the memory is in the rows."""

import logging
import time
from datetime import UTC, datetime

from celery import shared_task
from django.conf import settings

from slaportal.integrations import fetching
from slaportal.integrations.services import delivering, mail, spreading
from slaportal.notifications.models import Heartbeat

logger = logging.getLogger(__name__)
# After that the next ring goes on, so that many messages do not keep a worker from everything else.
WEBHOOK_SECONDS = 4.0
MAIL_SECONDS = 10.0


def round_of_mail() -> int:
    """Fetch from the mailbox if there is one, then read and post what waits; return how many were done."""
    if settings.INBOUND_IMAP:
        try:
            with fetching.mailbox(settings.INBOUND_IMAP) as box:
                fetching.fetch(box, now=datetime.now(UTC))
        except OSError as error:
            logger.warning("The mailbox does not answer (%s); the next round tries again.", error)
        except Exception:
            logger.exception("The mailbox could not be read.")
        else:
            Heartbeat.beat("mailbox", now=datetime.now(UTC))
    end = time.monotonic() + MAIL_SECONDS
    done, some = 0, 1
    while some and time.monotonic() < end:
        some = mail.handle_waiting(now=datetime.now(UTC))
        done += some
    return done


@shared_task(name="integrations.mail", ignore_result=True)
def take_mail() -> int:
    """Take in what has arrived."""
    return round_of_mail()


@shared_task(name="integrations.webhooks", ignore_result=True)
def webhooks() -> int:
    """Make the deliveries of what happened, send what is due, and return how many were tried."""
    end = time.monotonic() + WEBHOOK_SECONDS
    spreading.spread(now=datetime.now(UTC))
    done, some = 0, 1
    while some and time.monotonic() < end:
        some = delivering.deliver(now=datetime.now(UTC))
        done += some
    return done
