"""`python -m bench.whatif`: a past period with very many issues, replayed under a stricter version.

A scratch database is made on BENCH_SERVER and dropped; with `--sqlite` it is a file.
"""

import argparse
import logging
import os
from runpy import run_module

import django
from django.core.management import call_command
from django.db import connections

from bench.scratch import database, file


def main() -> None:
    """Parse, prepare an empty database, fill it, replay it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=100_000, help="how many there are")
    parser.add_argument("--sqlite", action="store_true", help="the embedded engine, not PostgreSQL")
    asked = parser.parse_args()
    with file() if asked.sqlite else database() as address:
        os.environ |= {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        os.environ |= {"REDIS_URL": "", "EMAIL_URL": "dummymail://"}
        django.setup()
        logging.disable(logging.CRITICAL)
        call_command("migrate", verbosity=0)
        run_module("bench.whatif_filled")["everything"](asked.issues)
        if not asked.sqlite:
            connections["default"].close_pool()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
