"""The bell that Celery rings; the memory is in the rows."""

import time

from celery import shared_task
from django.utils import timezone

from slaportal.escalations import services
from slaportal.escalations.services import deadman
from slaportal.notifications.models import Heartbeat

# After that the next ring goes on, so that one long queue does not keep a worker from everything else.
ROUND_SECONDS = 4.0
BATCH = 100


def round_of_watch() -> int:
    """Watch until nothing is due or 4 seconds have passed, leave signs of life, return how many rows were done."""
    end = time.monotonic() + ROUND_SECONDS
    done, some = 0, 1
    while some and time.monotonic() < end:
        now = timezone.now()
        some = services.watch(now=now, batch=BATCH)
        done += some
        Heartbeat.beat("watch", now=now, detail=f"{done} rows")
    deadman.notice_a_silent_delivery(now=timezone.now())
    return done


@shared_task(name="escalations.watch", ignore_result=True)
def watch() -> int:
    """Do what is due now and leave a sign of life."""
    return round_of_watch()
