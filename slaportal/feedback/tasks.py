"""The bell that Celery rings; the memory is in the rows."""

from celery import shared_task
from django.utils import timezone

from slaportal.feedback.services import postmortems


@shared_task(name="feedback.postmortems", ignore_result=True)
def sweep_postmortems() -> int:
    """Make the post-mortems that are owed, close issues whose duties are done, send weekly reminders."""
    return postmortems.sweep(now=timezone.now())
