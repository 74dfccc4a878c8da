"""Issues that fall due when a scenario wants it: copies of one mold, and a twin that nobody disturbs."""

from datetime import UTC, datetime, timedelta

from bench.filling import copies, pattern
from slaportal.escalations.services import watching
from slaportal.issues.models import Issue, Obligation
from slaportal.notifications.models import Message
from tests.world import HOUR, make_world


def clock() -> datetime:
    """The instant that the processes read too."""
    return datetime.now(UTC)


def mold_and_quiet() -> tuple[Issue, Issue]:
    """Return an answered Critical issue whose resolution is ten minutes overdue, unnoticed, and its quiet twin."""
    missed = clock() - 24 * HOUR - timedelta(minutes=10)
    mold = pattern(make_world(), level="critical", answered=True, at=missed)
    Message.objects.all().delete()
    quiet = copies(mold, prefix="QUIET", count=1).get()
    looks = Obligation.objects.exclude(next_look_at=None)
    for obligation in looks.filter(issue=quiet):
        watching.look(obligation.pk, seen=obligation.next_look_at, now=clock())
    # The mold itself is never looked at.
    looks.filter(issue=mold).update(next_look_at=clock() + timedelta(days=999))
    return mold, quiet


def overdue(mold: Issue, prefix: str, count: int) -> None:
    """Let `count` copies of `mold` be due for a look now. `prefix`: five digits."""
    made = copies(mold, prefix=prefix, count=count)
    Obligation.objects.filter(issue__in=made, stopped_at=None).update(next_look_at=clock())


def all_overdue() -> list[Issue]:
    """Return every copy that `overdue` made."""
    return list(Issue.objects.filter(reference__regex=r"^ISS-U[0-9]"))


def waiting() -> int:
    """Return how many looks are due and not done."""
    return Obligation.objects.due_for_a_look(clock()).count()
