"""Reading the ledger's seal: checkpoints for reports and pages."""

from dataclasses import dataclass

from django.db.models import QuerySet

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization
from slaportal.ledger import notes
from slaportal.ledger.models import Checkpoint, Log, Unsealed


def latest_checkpoint(organization: Organization) -> Checkpoint | None:
    """Return the newest checkpoint of what happened with `organization`; None while nothing is sealed.

    Reports and mails print it in their footers, so that both parties hold it outside the portal.
    """
    found = Checkpoint.objects.filter(log__organization=organization, log__demo=organization.demo)
    return found.select_related("log").order_by("-size").first()


def visible_logs(member: Membership) -> QuerySet[Log]:
    """Return the logs whose checkpoints `member` may read (permissions.csv, ledger.read)."""
    logs = Log.objects.select_related("organization").order_by("organization__name", "demo")
    match permissions.scope(member.role, "ledger.read"):
        case permissions.ALL:
            return logs
        case permissions.ORGANIZATION | permissions.NAMED:
            return logs.filter(organization=member.organization_id)
        case _:
            return logs.none()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One log as its page shows it. `waiting` events are recorded and not sealed yet, which takes seconds."""

    log: Log
    newest: Checkpoint | None
    earlier: list[Checkpoint]
    waiting: int
    verifier_key: str


def newest_of(log: Log) -> Checkpoint | None:
    """Return the newest checkpoint of `log`."""
    return log.checkpoints.order_by("-size").first()


def log_lines(member: Membership) -> list[LogLine]:
    """Return the logs that `member` may read, each with its last checkpoints."""
    return [_line(log) for log in visible_logs(member)]


def _line(log: Log) -> LogLine:
    last = list(log.checkpoints.order_by("-size")[:6])
    newest = last[0] if last else None
    waiting = Unsealed.objects.filter(event__organization=log.organization_id, event__demo=log.demo)
    key = notes.verifier_key(log.origin, bytes.fromhex(newest.public_key)) if newest is not None else ""
    return LogLine(log, newest, last[1:], waiting.count(), key)
