"""Very many issues from a few: rows are copied inside the database, since a million submissions would take a night."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from slaportal.issues.models import Issue, Obligation
from slaportal.issues.services import classification, work
from slaportal.ledger.models import Event
from tests.world import World, fresh, report


def pattern(world: World, *, level: str, answered: bool, at: datetime) -> Issue:
    """Return an issue with an agreed level, answered if wished, to be copied."""
    issue = report(world.bob, level=level, at=at)
    classification.agree(issue=fresh(issue), actor=world.sam, now=at)
    if answered:
        work.comment(issue=fresh(issue), body="We look at it.", actor=world.sam, now=at)
    return fresh(issue)


@transaction.atomic
def copies(
    issue: Issue,
    *,
    prefix: str,
    count: int,
    later: timedelta = timedelta(0),
    apart: timedelta = timedelta(0),
    history: bool = True,
) -> QuerySet[Issue]:
    """Copy `issue` with its obligations and events `count` times; each starts `apart` later than the one before.

    The first copy starts `later` and `apart` after the original. `prefix`: letters and digits, none the beginning of
    another. Without `history` nobody can look at the copies, only past them. Return the copies.
    """
    first, step = later.total_seconds(), apart.total_seconds()
    made = f"ISS-U{prefix}"  # no real reference has a U
    with connection.cursor() as cursor:
        cursor.execute(_issues(issue, made, count, f"{first} + {step} * g"))
        shift = f"{first} + {step} * CAST(substr(i.reference, length(i.reference) - 7) AS integer)"
        cursor.execute(_obligations(issue, made, shift))
        if history:
            cursor.execute(_events(issue, made, shift))
    return Issue.objects.filter(reference__startswith=made)


def _issues(issue: Issue, made: str, count: int, shift: str) -> str:
    instants = {name: _later(name, shift) for name in ("submitted_at", "next_due_at", "updated_at")}
    numbers = (
        "WITH RECURSIVE counted(g) AS "
        f"(VALUES (1) UNION ALL SELECT g + 1 FROM counted WHERE g < {count}) SELECT g FROM counted"
    )
    source = f"issues_issue, ({numbers}) numbers WHERE issues_issue.id = {issue.pk}"
    reference = f"'{made}' || substr(CAST(100000000 + g AS text), 2)"
    return _insert(Issue, {"reference": reference, **instants}, source)


def _obligations(issue: Issue, made: str, shift: str) -> str:
    names = ("started_at", "due_at", "stopped_at", "decided_at", "adjusted_due_at", "next_look_at")
    values = {"issue_id": "i.id", **{name: _later(f"o.{name}", shift) for name in names}}
    source = (
        f"issues_obligation o, issues_issue i WHERE i.reference LIKE '{made}%' AND o.issue_id = {issue.pk}"
    )
    return _insert(Obligation, values, source, "o")


def _events(issue: Issue, made: str, shift: str) -> str:
    values = {
        "subject": "i.reference",
        "at": _later("e.at", shift),
        "recorded_at": _later("e.recorded_at", shift),
    }
    source = (
        f"ledger_event e, issues_issue i WHERE i.reference LIKE '{made}%' AND e.subject = '{issue.reference}'"
    )
    return _insert(Event, values, source, "e")


def _later(column: str, seconds: str) -> str:
    """SQL: the instant in `column` and so many `seconds` more, as the engine keeps instants."""
    if connection.vendor == "sqlite":
        return f"strftime('%Y-%m-%d %H:%M:%f', {column}, ({seconds}) || ' seconds')"
    return f"{column} + ({seconds}) * interval '1 second'"


def _insert(model: type[Model], values: dict[str, str], source: str, alias: str = "") -> str:
    """Return an INSERT … SELECT that copies every column but the key, save for `values`."""
    table = model._meta.db_table
    columns = [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]
    prefix = alias or table
    picked = ", ".join(values.get(name, f"{prefix}.{name}") for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {picked} FROM {source}"
