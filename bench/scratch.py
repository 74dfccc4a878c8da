"""A database of its own for one measurement, gone at the end: on a PostgreSQL server or as a file of SQLite.

`BENCH_SERVER` names the server: postgres://postgres@127.0.0.1:5432/postgres unless it says otherwise.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

SERVER = os.environ.get("BENCH_SERVER", "postgres://postgres@127.0.0.1:5432/postgres")


@contextmanager
def database(server: str = SERVER) -> Iterator[str]:
    """Yield the address of a new empty database; drop it whatever happens."""
    name = f"slaportal_scratch_{os.getpid()}_{secrets.token_hex(3)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def file() -> Iterator[str]:
    """Yield the address of a new empty SQLite database."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'db.sqlite3'}"
