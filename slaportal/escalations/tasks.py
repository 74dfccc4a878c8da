"""The bell that Celery rings; the memory is in the rows."""

from celery import shared_task
from django.utils import timezone

from slaportal.escalations import services
from slaportal.notifications.models import Heartbeat


@shared_task(name="escalations.watch", ignore_result=True)
def watch() -> int:
    """Do what is due now and leave a sign of life."""
    now = timezone.now()
    done = services.watch(now=now)
    Heartbeat.beat("watch", now=now, detail=f"{done} rows")
    return done
