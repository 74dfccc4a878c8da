"""`python -m bench.dashboards`: very many open dashboards: what they hold in memory, and how soon they are told.

Half of them are the vendor's people, who see every client, half are managers of one client of two. A scratch database
is made on BENCH_SERVER and dropped; with `--sqlite` it is a file.
"""

import argparse
import logging
import os
import secrets
from runpy import run_module

import django
from django.core.management import call_command
from django.db import connections

from bench.scratch import database, file


def main() -> None:
    """Parse, prepare an empty database, open the dashboards, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=500, help="how many dashboards are open")
    parser.add_argument("--processes", type=int, default=1, help="web processes that share them")
    parser.add_argument("--changes", type=int, default=20, help="how many issues are reported meanwhile")
    parser.add_argument("--sqlite", action="store_true", help="the embedded engine, not PostgreSQL")
    asked = parser.parse_args()
    with file() if asked.sqlite else database() as address:
        os.environ |= {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        os.environ |= {"REDIS_URL": "", "EMAIL_URL": "dummymail://", "SECRET_KEY": secrets.token_hex(32)}
        django.setup()
        logging.disable(logging.CRITICAL)
        call_command("migrate", verbosity=0)
        run_module("bench.dashboards_open")["everything"](asked.streams, asked.processes, asked.changes)
        if not asked.sqlite:
            connections["default"].close_pool()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
