"""`python -m bench.sweep`: the watch over very many open obligations, on PostgreSQL.

Does a look cost what is due, and not what is open? And how soon does a mail follow the due instant? A scratch database
is made on BENCH_SERVER and dropped.
"""

import argparse
import logging
import os
from runpy import run_module

import django
from django.core.management import call_command
from django.db import connections

from bench.scratch import database


def main() -> None:
    """Parse, prepare an empty database, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=1_000_000, help="obligations that are open, not due")
    parser.add_argument("--due", type=int, nargs="*", default=[100, 10_000], help="obligations newly due")
    parser.add_argument("--seconds", type=int, default=60, help="how long one falls due each second; 0: not")
    asked = parser.parse_args()
    with database() as address:
        os.environ |= {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        os.environ |= {"REDIS_URL": "", "EMAIL_URL": "dummymail://"}
        django.setup()
        logging.disable(logging.CRITICAL)
        call_command("migrate", verbosity=0)
        measured = run_module("bench.watching")
        measured["look"](asked.open, asked.due)
        if asked.seconds:
            measured["soon"](asked.seconds)
        connections["default"].close_pool()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
