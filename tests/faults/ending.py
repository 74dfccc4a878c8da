"""The end of a scenario: wait until the portal has come to rest, stop everything, count."""

from slaportal.issues.models import Issue
from slaportal.notifications.models import Message
from tests.faults.counting import Tally, compared, delivered
from tests.faults.molds import clock, waiting
from tests.faults.stage import PATIENCE, Stage, wait_until


def finished(
    stage: Stage, scenario: str, *, quiet: Issue, issues: list[Issue], patience: float = PATIENCE
) -> Tally:
    """Wait until nothing is due any more, end everything, count."""
    # A machine that does much else at the same time is slow, not wrong: what is due may take a moment each.
    wait_until(lambda: not waiting(), seconds=patience + 0.25 * waiting())
    late = waiting()
    pending = Message.objects.filter(status=Message.Status.PENDING)
    patience += 0.1 * pending.count()
    wait_until(lambda: not pending.filter(not_before__lte=clock()).exists(), seconds=patience)
    # What is still pending has a lease: of somebody who sends right now, or of somebody dead.
    wait_until(lambda: not pending.exists(), seconds=1)
    tally = Tally(scenario, due=0, late=late, kills=stage.kills)
    stage.end_all()
    return delivered(compared(tally, quiet=quiet, issues=issues), sink=stage.sink, now=clock())
