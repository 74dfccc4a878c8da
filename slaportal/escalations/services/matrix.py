"""Changing the escalation matrix: by people with the right, on record, and never so that it loses its point (spec §5)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.escalations.models import MatrixEdition, MatrixStep
from slaportal.escalations.selectors import matrix, unreached
from slaportal.ledger import services as ledger
from slaportal.lib.refusal import Refused
from slaportal.lib.wording import neutral

WHO = "policy.draft"


@transaction.atomic
def save_step(*, step: MatrixStep, actor: Membership, now: datetime) -> MatrixStep:
    """Write a new or a changed step.

    Raises `NotAllowed`; raises `Refused` if an overdue Critical or High would then not reach senior management.
    """
    permissions.require(actor, WHO)
    _keep_first()
    before = MatrixStep.objects.filter(pk=step.pk).first() if step.pk else None
    step.save()
    _must_reach()
    _record("matrix.changed" if before else "matrix.added", before, step, actor, now)
    _edition(f"{'Changed' if before else 'Added'}: {neutral(lambda: step)}", actor, now)
    return step


@transaction.atomic
def remove_step(*, step: MatrixStep, actor: Membership, now: datetime) -> None:
    """Take a step out. Refused for one that has run: it stays in the record of those escalations."""
    permissions.require(actor, WHO)
    _keep_first()
    gone = MatrixStep.objects.get(pk=step.pk)
    try:
        step.delete()
    except ProtectedError:
        raise Refused(
            _("This step has run on issues and belongs to their record. Change it instead.")
        ) from None
    _must_reach()
    _record("matrix.removed", gone, None, actor, now)
    _edition(f"Removed: {neutral(lambda: gone)}", actor, now)


def sentence(missing: list[str]) -> str:
    """Return the refusal for what senior management would no longer hear of."""
    return (
        f"Overdue issues would no longer reach senior management: {', '.join(missing)}. The agreement says that "
        "unresolved critical or high issues must be escalated to senior management. Keep a step for senior "
        "management by e-mail at the breach or after it."
    )


def _must_reach() -> None:
    missing = unreached()
    if missing:
        raise Refused(sentence(missing))


def _keep_first() -> None:
    """Keep the matrix with which the portal came, before anybody changes it."""
    if not MatrixEdition.objects.exists():
        steps = [snapshot(step) for step in matrix()]
        MatrixEdition.objects.create(number=1, note="The matrix with which the portal began", steps=steps)


def _edition(note: str, actor: Membership, now: datetime) -> MatrixEdition:
    """Keep the matrix as it holds from now on; what held before stays as the edition before."""
    last = MatrixEdition.objects.order_by("-number").first()
    assert last is not None  # _keep_first ran before the change
    return MatrixEdition.objects.create(
        number=last.number + 1,
        effective_from=now,
        by=actor,
        note=note[:300],
        steps=[snapshot(step) for step in matrix()],
    )


def snapshot(step: MatrixStep) -> dict[str, Any]:
    """Return a step as an edition keeps it: the words of the day, so that later code cannot reword it."""
    return {
        "level": step.level,
        "metric": step.metric,
        "ordinal": step.ordinal,
        "when": neutral(lambda: step.when),
        "role": step.role,
        "more": neutral(lambda: step.more),
    }


def _record(
    kind: str, before: MatrixStep | None, after: MatrixStep | None, actor: Membership, now: datetime
) -> None:
    one = after or before
    assert one is not None
    data: dict[str, Any] = {"level": one.level, "metric": one.metric}
    if before:
        data["before"] = _facts(before)
    if after:
        data["after"] = _facts(after)
    ledger.append(kind, organization=actor.organization, actor=actor, at=now, data=data)


def _facts(step: MatrixStep) -> dict[str, Any]:
    return {
        "ordinal": step.ordinal,
        "kind": step.kind,
        "share": step.share,
        "after_minutes": step.after_minutes,
        "role": step.role,
        "repeat_minutes": step.repeat_minutes,
        "repeat_times": step.repeat_times,
        "channel": step.channel,
        "all_acknowledge": step.all_acknowledge,
    }
