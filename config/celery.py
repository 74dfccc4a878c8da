"""Celery, and the one schedule.

Tasks are an alarm bell, never the memory: each looks for due rows and calls a service, so a message that is lost,
late or delivered twice changes nothing. A ring expires before the next few: after a dead worker comes back it finds
one ring, not an hour of them.
"""

import os
from datetime import UTC, datetime

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

DUE = datetime(2026, 1, 1, tzinfo=UTC)  # "last run" long ago: each rings at once when beat starts

BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "watch obligations": {
        "task": "escalations.watch",
        "schedule": 5.0,
        "options": {"expires": 10},
        "last_run_at": DUE,
    },
    "seal the ledger": {
        "task": "ledger.seal",
        "schedule": 5.0,
        "options": {"expires": 10},
        "last_run_at": DUE,
    },
    "send webhooks": {
        "task": "integrations.webhooks",
        "schedule": 5.0,
        "options": {"expires": 10},
        "last_run_at": DUE,
    },
    "draft and remind of post-mortems": {
        "task": "feedback.postmortems",
        "schedule": 60.0,
        "options": {"expires": 120},
        "last_run_at": DUE,
    },
    "surveys and suggestions": {
        "task": "feedback.surveys",
        "schedule": 60.0,
        "options": {"expires": 120},
        "last_run_at": DUE,
    },
    "issue reports": {
        "task": "reports.issue_reports",
        "schedule": 60.0,
        "options": {"expires": 120},
        "last_run_at": DUE,
    },
    "open audits": {
        "task": "reports.audits",
        "schedule": 600.0,
        "options": {"expires": 600},
        "last_run_at": DUE,
    },
    "read mail": {
        "task": "integrations.mail",
        "schedule": 15.0,
        "options": {"expires": 30},
        "last_run_at": DUE,
    },
    "deliver messages": {
        "task": "notifications.deliver",
        "schedule": 5.0,
        "options": {"expires": 10},
        "last_run_at": DUE,
    },
    "heartbeat of beat": {
        "task": "notifications.beat",
        "schedule": 5.0,
        "options": {"expires": 10},
        "last_run_at": DUE,
    },
}

app = Celery("slaportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = BEAT_SCHEDULE
app.autodiscover_tasks()
