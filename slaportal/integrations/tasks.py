"""The bell for webhooks; the memory is in the rows."""

import time

from celery import shared_task
from django.utils import timezone

from slaportal.integrations.services import delivering, spreading

# After that the next ring goes on, so that many messages do not keep a worker from everything else.
ROUND_SECONDS = 4.0


@shared_task(name="integrations.webhooks", ignore_result=True)
def webhooks() -> int:
    """Make the deliveries of what happened, send what is due, and return how many were tried."""
    end = time.monotonic() + ROUND_SECONDS
    spreading.spread(now=timezone.now())
    done, some = 0, 1
    while some and time.monotonic() < end:
        some = delivering.deliver(now=timezone.now())
        done += some
    return done
