"""Exceptions as each party may read them, and what a reader may answer."""

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.escalations.models import Evidence, SlaException, SlaExceptionQuerySet


def visible_exceptions(member: Membership) -> SlaExceptionQuerySet:
    """Return the exceptions that `member` may read: clients see one once the vendor has approved it (spec §5)."""
    found = (
        SlaException.objects.visible_to(member)
        .select_related(
            *("issue__organization", "issue__agreement__policy_version", "requested_by__user"),
            *("approved_by__user", "answered_by__user"),
        )
        .prefetch_related("evidence")
    )
    if member.is_vendor:
        return found
    return found.exclude(status__in=[SlaException.Status.REQUESTED, SlaException.Status.REJECTED])


def evidence_for(member: Membership, reference: str) -> Evidence | None:
    """Return a file of an exception that `member` may read; None for any other."""
    visible = visible_exceptions(member).values("pk")
    return Evidence.objects.filter(reference=reference, exception__in=visible).first()


def exception_acts(exception: SlaException, member: Membership) -> list[str]:
    """Return what `member` may answer to `exception` now: approve and reject, or accept and contest."""
    organization = exception.issue.organization_id
    if exception.status == SlaException.Status.REQUESTED and exception.requested_by_id != member.pk:
        may = permissions.may(member, "exception.approve", organization_id=organization)
        return ["approve", "reject"] if may else []
    if exception.status == SlaException.Status.APPROVED:
        may = permissions.may(member, "exception.accept", organization_id=organization)
        return ["accept", "contest"] if may else []
    return []
