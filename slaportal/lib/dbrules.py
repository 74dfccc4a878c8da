"""Rules that a single-row constraint cannot say, as triggers with one text for both engines.

Used only in migrations: `migrations.RunPython(rule.install, rule.remove)`.
"""

from dataclasses import dataclass
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor


@dataclass(frozen=True)
class Refusal:
    """Refuse `operation` on `table` with `message` when `condition` holds for the row.

    `operation` is INSERT, UPDATE or DELETE; `condition` is SQL over NEW and OLD that both engines read.
    """

    name: str
    table: str
    operation: str
    condition: str
    message: str

    def install(self, apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        """Create the trigger on the engine at hand."""
        message = self.message.replace("'", "''")
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                f"CREATE TRIGGER {self.name} BEFORE {self.operation} ON {self.table} FOR EACH ROW "
                f"WHEN {self.condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            return
        row = "OLD" if self.operation == "DELETE" else "NEW"
        schema_editor.execute(
            f"CREATE FUNCTION {self.name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {self.condition} THEN RAISE EXCEPTION '{message.replace('%', '%%')}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {self.name} BEFORE {self.operation} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}_refuse()"
        )

    def remove(self, apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        """Drop the trigger again."""
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.name}")
            return
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}")
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {self.name}_refuse()")


@dataclass(frozen=True)
class NoTruncate:
    """Refuse TRUNCATE of `table`, which row triggers do not see. SQLite has no TRUNCATE."""

    name: str
    table: str
    message: str

    def install(self, apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        """Create the statement trigger on PostgreSQL."""
        if schema_editor.connection.vendor == "sqlite":
            return
        message = self.message.replace("'", "''")
        schema_editor.execute(
            f"CREATE FUNCTION {self.name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {self.name} BEFORE TRUNCATE ON {self.table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {self.name}_refuse()"
        )

    def remove(self, apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        """Drop the statement trigger again."""
        if schema_editor.connection.vendor == "sqlite":
            return
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}")
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {self.name}_refuse()")


def append_only(name: str, table: str, message: str) -> tuple[Refusal | NoTruncate, ...]:
    """Return the three rules that make `table` append-only."""
    return (
        Refusal(f"{name}_no_update", table, "UPDATE", "1 = 1", message),
        Refusal(f"{name}_no_delete", table, "DELETE", "1 = 1", message),
        NoTruncate(f"{name}_no_truncate", table, message),
    )
