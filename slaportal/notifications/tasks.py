"""The rings of the letterbox. Each finds what is due; a ring that is lost or doubled changes nothing."""

import time
from datetime import UTC, datetime

from celery import shared_task

from slaportal.notifications import services
from slaportal.notifications.models import Heartbeat

ROUND_SECONDS = 20.0
BATCH = 20


def round_of_delivery() -> int:
    """Deliver until nothing is due or 20 seconds have passed, leave a sign of life, return how many were done."""
    end = time.monotonic() + ROUND_SECONDS
    done = 0
    while time.monotonic() < end:
        some = services.deliver(now=datetime.now(UTC), batch=BATCH)
        done += some
        if not some:
            break
    Heartbeat.beat("delivery", now=datetime.now(UTC), detail=f"{done} done")
    return done


@shared_task(name="notifications.deliver", ignore_result=True)
def deliver() -> None:
    """Send what is due."""
    round_of_delivery()


@shared_task(name="notifications.beat", ignore_result=True)
def beat() -> None:
    """Say that the scheduler and a worker are alive."""
    Heartbeat.beat("beat", now=datetime.now(UTC))
