"""Each answer carries the headers that keep a browser from doing harm."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from config.celery import BEAT_SCHEDULE, app

pytestmark = pytest.mark.django_db


def policy(client: Client, path: str) -> str:
    return str(client.get(path).headers["Content-Security-Policy"])


def test_pages_run_no_inline_script_and_load_nothing_from_outside(client: Client) -> None:
    text = policy(client, reverse("accounts:sign-in"))
    assert "default-src 'none'" in text
    assert "script-src 'self';" in f"{text};"
    assert "unsafe" not in text
    assert "http" not in text


def test_only_the_admin_may_evaluate_expressions(client: Client) -> None:
    assert "'unsafe-eval'" in policy(client, reverse("admin:login"))
    assert "frame-ancestors 'none'" in policy(client, reverse("admin:login"))


def test_pages_may_not_be_framed_sniffed_or_use_devices(client: Client) -> None:
    headers = client.get(reverse("accounts:sign-in")).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_uploads_have_no_address(client: Client) -> None:
    assert settings.MEDIA_URL in {"", "/"}
    assert client.get("/media/anything").status_code in {302, 404}


def test_what_beat_rings_for_exists_and_a_missed_ring_expires_soon() -> None:
    app.loader.import_default_modules()
    tasks = {str(entry["task"]) for entry in BEAT_SCHEDULE.values()}
    assert tasks <= set(app.tasks)
    for name, entry in BEAT_SCHEDULE.items():
        every, options = entry["schedule"], entry["options"]
        assert isinstance(every, float), name
        assert isinstance(options, dict), name
        assert every <= options["expires"] <= 2 * every, name
