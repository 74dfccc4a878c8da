"""The hand of somebody who owns the database: no trigger stops it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def as_owner() -> Iterator[None]:
    """Switch the triggers off, as the owner of a database can."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _, text in triggers:
            cursor.execute(text)


def rewrite(table: str, column: str, value: str | int | None, *, where: str, key: int | str) -> None:
    """Change one column of one row, past every rule."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {where} = %s", [value, key])
        assert cursor.rowcount == 1


def remove(table: str, *, where: str, key: int | str) -> None:
    """Delete the rows of `table` with this key, past every rule."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {where} = %s", [key])
        assert cursor.rowcount
