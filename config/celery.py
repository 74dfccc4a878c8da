"""Celery, and the one schedule.

Tasks are an alarm bell, never the memory: each looks for due rows and calls a service, so a message that is lost,
late or delivered twice changes nothing. A ring expires before the next few: after a dead worker comes back it finds
one ring, not an hour of them.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "watch obligations": {"task": "escalations.watch", "schedule": 5.0, "options": {"expires": 10}},
    "deliver messages": {"task": "notifications.deliver", "schedule": 5.0, "options": {"expires": 10}},
    "heartbeat of beat": {"task": "notifications.beat", "schedule": 10.0, "options": {"expires": 20}},
}

app = Celery("slaportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = BEAT_SCHEDULE
app.autodiscover_tasks()
