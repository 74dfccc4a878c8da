"""Tests: on SQLite in a folder of its own per process, or on the services that DATABASE_URL and REDIS_URL name.

A file, not memory: tests with threads and with a browser need connections of their own, as in production.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = tempfile.mkdtemp(prefix="slaportal-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["DATA_DIR"] = _folder

from config import sqlite
from config.settings.base import *

DEBUG = False
SECRET_KEY = "tests only " * 6
ALLOWED_HOSTS = ["*"]
PORTAL_URL = "https://portal.example"
SECOND_FACTOR_REQUIRED = False  # tests of the second factor switch it on
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_folder) / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"] = {**sqlite.OPTIONS, "init_command": sqlite.PRAGMAS_FOR_TESTS}
else:
    DATABASES["default"][
        "OPTIONS"
    ] = {}  # no pool: its connections would keep the test database from being dropped
    # Two runs at once on one server do not meet.
    DATABASES["default"]["TEST"] = {"NAME": f"test_slaportal_{os.environ.get('TEST_RUN', 'here')}"}
if REDIS_URL:
    CACHES["default"]["KEY_PREFIX"] = f"tests-{os.getpid()}"
    CELERY_TASK_DEFAULT_QUEUE = f"tests-{os.getpid()}"
