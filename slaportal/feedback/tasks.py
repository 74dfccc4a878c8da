"""The bell that Celery rings; the memory is in the rows."""

from celery import shared_task
from django.utils import timezone

from slaportal.feedback.services import postmortems, sweep_feedback


@shared_task(name="feedback.postmortems", ignore_result=True)
def sweep_postmortems() -> int:
    """Make the post-mortems that are owed, close issues whose duties are done, send weekly reminders."""
    return postmortems.sweep(now=timezone.now())


@shared_task(name="feedback.surveys", ignore_result=True)
def sweep_surveys() -> int:
    """Ask about confirmed issues and past quarters, forget who answered, note suggestions that took effect."""
    return sweep_feedback(now=timezone.now())
