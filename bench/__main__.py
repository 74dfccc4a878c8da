"""`python -m bench --issues 500`: in a folder of its own, on SQLite with the same guarantees as `make run`.

DATABASE_URL is left aside, so that a measurement never fills a portal with invented issues.
"""

import argparse
import logging
import os
import tempfile
from pathlib import Path
from runpy import run_module

import django
from django.core.management import call_command


def main() -> None:
    """Parse, prepare an empty database, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=500, help="how many are submitted")
    count = parser.parse_args().issues
    with tempfile.TemporaryDirectory(prefix="slaportal-bench-") as folder:
        os.environ |= {"DATA_DIR": folder, "DATABASE_URL": f"sqlite:///{Path(folder) / 'db.sqlite3'}"}
        os.environ |= {"REDIS_URL": "", "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        django.setup()
        logging.disable(logging.WARNING)
        call_command("migrate", verbosity=0)
        run_module("bench.acts")["everything"](count)


if __name__ == "__main__":
    main()
