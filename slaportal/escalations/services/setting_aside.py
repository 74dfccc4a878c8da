"""Rows at which the watch failed: out of the way for a while, then tried again; seen by people, never forgotten."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from slaportal.escalations.models import SetAside
from slaportal.issues.models import Obligation

# So long a row waits before the next try.
FOR = timedelta(minutes=15)
LONGEST_REASON = 300
OBLIGATION = "obligation"


def waiting(what: str, *, now: datetime) -> QuerySet[SetAside, int]:
    """Return the keys of the rows of kind `what` that are not to be tried at `now`."""
    return SetAside.objects.filter(what=what, until__gt=now).values_list("row", flat=True)


@transaction.atomic
def put(what: str, pk: int, *, error: Exception, now: datetime) -> None:
    """Leave a row alone until `FOR` has passed; how often and since when is kept."""
    reason = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
    if what == OBLIGATION:
        Obligation.objects.filter(pk=pk).update(next_look_at=now + FOR, set_aside=reason)
        return
    first = SetAside(what=what, row=pk, since=now, until=now + FOR, tries=0, reason=reason)
    SetAside.objects.bulk_create([first], ignore_conflicts=True)
    SetAside.objects.filter(what=what, row=pk).update(until=now + FOR, tries=F("tries") + 1, reason=reason)


def take_back(what: str, pk: int) -> None:
    """Forget that a row was set aside: it has been looked at. (An obligation clears its own column.)"""
    if what != OBLIGATION:
        SetAside.objects.filter(what=what, row=pk).delete()
