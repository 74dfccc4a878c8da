"""A check of the stored matrix: `manage.py check --database default` says where the agreement would be broken."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import DatabaseError

from slaportal.escalations.models import MatrixStep
from slaportal.escalations.selectors import unreached


@checks.register(checks.Tags.database)
def matrix_reaches_senior_management(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Warn (W001) where an overdue Critical or High would not reach senior management.

    A warning, not an error: an error would also keep `migrate` from running, which may be what repairs it.
    """
    if "default" not in (databases or ()):
        return []
    try:
        # Only these columns: `migrate` runs this check too, before it adds what the model has and the table has not.
        missing = unreached(MatrixStep.objects.order_by().only("level", "metric", "kind", "role", "channel"))
    except DatabaseError:
        return []  # no table yet
    return [
        checks.Warning(
            f"An overdue {where} would not reach senior management.",
            hint="Add a step for senior management at the breach in the escalation matrix of the admin.",
            id="slaportal.escalations.W001",
        )
        for where in missing
    ]
