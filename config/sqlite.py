"""The SQLite that is used: the wheel's where there is one.

Web, worker and beat checkpoint and commit to one WAL file from several processes. SQLite 3.7.0 to 3.51.2 can
damage such a file (the "WAL-reset" bug on SQLite's own page about WAL), and many systems still carry one of
these; the `pysqlite3` wheel carries a newer one.
"""

import sys
from importlib import import_module
from importlib.util import find_spec

# FULL: a commit that was confirmed to a person survives a power cut.
PRAGMAS = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA journal_size_limit=67108864"
PRAGMAS_FOR_TESTS = PRAGMAS.replace("synchronous=FULL", "synchronous=OFF")
OPTIONS: dict[str, object] = {
    # Readers never wait and writers queue: with Django's defaults a third of contended writes fail at once.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": PRAGMAS,
}


def use_newest() -> None:
    """Let `import sqlite3` mean the wheel from now on; call before Django loads its backend."""
    if find_spec("pysqlite3") is None:
        return
    sys.modules["sqlite3"] = import_module("pysqlite3")
    sys.modules["sqlite3.dbapi2"] = import_module("pysqlite3.dbapi2")
