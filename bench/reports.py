"""`python -m bench.reports`: a monthly report of 10,000 obligations, and adherence over 1,000,000 (time, memory).

On SQLite in a folder of its own, with rows copied inside the database.
"""

import argparse
import logging
import os
from runpy import run_module

import django
from django.core.management import call_command

from bench import scratch


def main() -> None:
    """Parse, prepare an empty database, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=int, default=10_000, help="obligations of the monthly report")
    parser.add_argument("--adherence", type=int, default=1_000_000, help="decided obligations to count")
    options = parser.parse_args()
    with scratch.file() as address:
        os.environ |= {"DATABASE_URL": address, "REDIS_URL": ""}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
        django.setup()
        logging.disable(logging.WARNING)
        call_command("migrate", verbosity=0)
        run_module("bench.reports_filled")["everything"](options.report, options.adherence)


if __name__ == "__main__":
    main()
