"""What falls into a standing exception is covered by it: found by the watch, on record with each issue (spec §5)."""

from datetime import datetime

from slaportal.escalations.models import Coverage, StandingException
from slaportal.escalations.selectors import Desk
from slaportal.escalations.selectors.standing import candidates, falls_in
from slaportal.issues.models import Obligation
from slaportal.issues.services import acts
from slaportal.policies.reckoning import Reckoning


def ask_for_looks(standing: StandingException, *, now: datetime) -> int:
    """Let the watch look at every obligation that may fall into `standing`; return how many. One statement.

    Issues that come later, and clocks that move into its time, are looked at anyway.
    """
    return candidates(standing).update(next_look_at=now)


def cover(obligation: Obligation, reckoning: Reckoning, *, desk: Desk, now: datetime) -> bool:
    """Put into effect on `obligation` what it falls into and is not covered by yet; whether its clock has to be read anew.

    Runs in the watch's transaction, on an obligation that is claimed. Also shortens what was ended before its time.
    """
    standing = desk.standing(obligation.issue.agreement_id)
    if not standing:
        return False
    known = dict(Coverage.objects.filter(obligation=obligation).values_list("standing", "stops_at"))
    changed = False
    for one in standing:
        stops_at = one.stops_at
        if one.pk in known:
            new = known[one.pk] != stops_at
        else:
            new = falls_in(one, obligation.metric, obligation.started_at, reckoning)
        if new:
            _take_effect(one, obligation, now=now)
            changed = True
    return changed


def _take_effect(standing: StandingException, obligation: Obligation, *, now: datetime) -> None:
    """Record on the issue what the clock then reads, and remember that it is done."""
    Coverage.objects.update_or_create(
        standing=standing, obligation=obligation, defaults={"stops_at": standing.stops_at, "at": now}
    )
    acts.record(
        obligation.issue,
        "exception.effective",
        actor=None,
        at=now,
        standing=standing.reference,
        metric=obligation.metric,
        effect=standing.effect,
        cause=standing.cause,
        begins=standing.begins_at,
        ends=standing.stops_at,
    )
