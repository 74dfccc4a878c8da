"""The rings of the letterbox. Each finds what is due; a ring that is lost or doubled changes nothing."""

import logging
import time
from datetime import UTC, datetime

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from slaportal.notifications import services
from slaportal.notifications.models import Heartbeat

logger = logging.getLogger(__name__)

ROUND_SECONDS = 20.0
BATCH = 20


def round_of_delivery() -> int:
    """Deliver until nothing is due or 20 seconds have passed, leave a sign of life, return how many were done."""
    end = time.monotonic() + ROUND_SECONDS
    look_around()
    done = 0
    while time.monotonic() < end:
        some = services.deliver(now=datetime.now(UTC), batch=BATCH)
        done += some
        if not some:
            break
    Heartbeat.beat("delivery", now=datetime.now(UTC), detail=f"{done} done")
    return done


def look_around() -> None:
    """Do what the project wants done by whoever delivers (setting BEFORE_DELIVERY); no trouble there stops the mail."""
    for path in settings.BEFORE_DELIVERY:
        try:
            import_string(path)(now=datetime.now(UTC))
        except Exception:
            logger.exception("%s failed; the delivery goes on.", path)


@shared_task(name="notifications.deliver", ignore_result=True)
def deliver() -> None:
    """Send what is due."""
    round_of_delivery()


@shared_task(name="notifications.beat", ignore_result=True)
def beat() -> None:
    """Say that the scheduler and a worker are alive."""
    Heartbeat.beat("beat", now=datetime.now(UTC))
