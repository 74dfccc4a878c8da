"""`python -m bench.api`: the API on PostgreSQL behind uvicorn, by programs that wait for each answer.

A scratch database is made on BENCH_SERVER and dropped. Submissions by 1, 4 and 8 clients, each sending the next when
the one before is answered; then pages by cursor, at the beginning and deep inside, with very many issues.
"""

import argparse
import logging
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from runpy import run_module
from typing import TYPE_CHECKING

import django
from django.core.management import call_command
from django.db import connections

from bench.scratch import database

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> None:
    """Parse, prepare an empty database, start the server, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=100_000, help="how many the list has")
    parser.add_argument("--submissions", type=int, default=200, help="how many for each number of clients")
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    asked = parser.parse_args()
    with database() as address:
        os.environ |= {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        os.environ |= {"REDIS_URL": "", "EMAIL_URL": "dummymail://", "API_CALLS_A_MINUTE": "1000000"}
        os.environ |= {"LOG_LEVEL": "ERROR"}
        django.setup()
        logging.disable(logging.CRITICAL)
        call_command("migrate", verbosity=0)
        with server(asked.workers) as portal:
            filled = run_module("bench.api_filled")
            filled["everything"](portal, asked.issues, asked.submissions, timedelta(seconds=1))
        connections["default"].close_pool()  # type: ignore[attr-defined]


@contextmanager
def server(workers: int) -> "Iterator[str]":
    """Run the portal as in production on a free port; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)]
    command += ["--workers", str(workers), "--log-level", "error", "--no-access-log"]
    with subprocess.Popen(command) as process:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
