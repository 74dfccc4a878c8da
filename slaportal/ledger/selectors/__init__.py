"""Reading the ledger's seal: checkpoints for reports and pages."""

from django.db.models import QuerySet

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization
from slaportal.ledger.models import Checkpoint, Log


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
