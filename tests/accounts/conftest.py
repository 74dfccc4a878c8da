"""The doors count tries and remember used codes in the cache: each test begins with an empty one of its own."""

import uuid

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _cache_of_its_own(settings: Settings) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid.uuid4().hex}
    }
