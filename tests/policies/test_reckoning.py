"""One obligation through its facts. Every instant below was worked out by hand from spec §2 and §3.

The rules are the agreement's for resolution: Critical < 24 h, High < 72 h, Medium within 10 business days of
Monday to Friday 09:00 to 17:00 in Berlin (8 hours each), Low within 90. Monday is 2 March 2026, 08:00 UTC.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from slaportal.policies.clock import Bound, Calendar, Unit
from slaportal.policies.facts import (
    Ended,
    Excepted,
    Fact,
    Governs,
    Paused,
    Restarted,
    Resumed,
    Rule,
    Stopped,
    Voided,
)
from slaportal.policies.reckoning import Outcome, Reckoning, State, reckon, stricter

HOURS = Calendar.parse(
    {
        "timezone": "Europe/Berlin",
        "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": [],
        "special": {},
    }
)
RULES = {
    "critical": Rule(Decimal(24), Unit.HOURS, Bound.BEFORE, HOURS),
    "high": Rule(Decimal(72), Unit.HOURS, Bound.BEFORE, HOURS),
    "medium": Rule(Decimal(10), Unit.BUSINESS_DAYS, Bound.WITHIN, HOURS),
    "low": Rule(Decimal(90), Unit.BUSINESS_DAYS, Bound.WITHIN, HOURS),
}
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


def at(hours: float) -> datetime:
    """Return the instant so many hours after the start."""
    return START + timedelta(hours=hours)


def judged(*facts: Fact, now: datetime, level: str = "high", provisional: bool = False) -> Reckoning:
    """Reckon from the start under `level`, then `facts`."""
    return reckon(rules=RULES, start=START, facts=[Governs(START, level, provisional), *facts], now=now)


def test_less_than_72_hours_is_still_open_one_microsecond_before_and_breached_at_72_hours() -> None:
    before = judged(now=at(72) - TICK)
    assert (before.state, before.outcome, before.due) == (State.RUNNING, None, at(72))
    then = judged(now=at(72))
    assert (then.state, then.outcome, then.decided_at) == (State.BREACHING, Outcome.BREACHED, at(72))


def test_within_10_business_days_is_met_at_the_due_instant_and_breached_just_after() -> None:
    # Ten open days from Monday morning end on Friday of the second week at closing: 13 March, 17:00 = 16:00 UTC.
    due = datetime(2026, 3, 13, 16, tzinfo=UTC)
    assert judged(Stopped(due), now=due, level="medium").outcome is Outcome.MET
    assert judged(Stopped(due + TICK), now=due + TICK, level="medium").outcome is Outcome.BREACHED
    assert judged(now=due, level="medium").state is State.RUNNING
    assert judged(now=due + TICK, level="medium").breached_at == due


def test_a_breach_counts_at_its_due_instant_however_late_it_is_looked_at() -> None:
    assert judged(now=at(1000)).decided_at == at(72)


def test_resolving_late_keeps_the_breach_at_the_due_instant() -> None:
    late = judged(Stopped(at(80)), now=at(90))
    assert (late.state, late.decided_at, late.stopped_at) == (State.BREACHED, at(72), at(80))


def test_a_stricter_level_counts_from_that_moment() -> None:
    assert judged(Governs(at(10), "critical", False), now=at(11)).due == at(34)


def test_a_stricter_level_never_moves_a_deadline_later() -> None:
    # 60 hours in, Critical would be due at 84 h; the old 72 h stands.
    assert judged(Governs(at(60), "critical", False), now=at(61)).due == at(72)


def test_a_looser_level_counts_from_submission() -> None:
    looser = judged(Governs(at(20), "high", False), now=at(21), level="critical")
    assert (looser.due, looser.level) == (at(72), "high")


def test_a_looser_level_never_cures_a_breach() -> None:
    cured = judged(Governs(at(30), "low", False), Stopped(at(31)), now=at(40), level="critical")
    assert (cured.outcome, cured.level, cured.decided_at) == (Outcome.BREACHED, "critical", at(24))


def test_while_provisional_an_overdue_obligation_is_not_breached() -> None:
    overdue = judged(now=at(30), level="critical", provisional=True)
    assert (overdue.state, overdue.outcome, overdue.provisional) == (State.BREACHING, None, True)


def test_settling_the_same_level_publishes_the_breach_at_the_due_instant() -> None:
    settled = judged(Governs(at(30), "critical", False), now=at(31), level="critical", provisional=True)
    assert (settled.outcome, settled.decided_at) == (Outcome.BREACHED, at(24))


def test_settling_a_looser_level_leaves_no_trace_of_the_provisional_overdue() -> None:
    settled = judged(Governs(at(30), "high", False), now=at(31), level="critical", provisional=True)
    assert (settled.state, settled.outcome, settled.due) == (State.RUNNING, None, at(72))


def test_resolved_late_while_provisional_waits_for_the_level_and_is_met_when_it_is_looser() -> None:
    facts = (Stopped(at(30)), Governs(at(40), "high", False))
    waiting = judged(*facts, now=at(35), level="critical", provisional=True)
    assert (waiting.outcome, waiting.stopped_at) == (None, at(30))
    settled = judged(*facts, now=at(41), level="critical", provisional=True)
    assert (settled.outcome, settled.decided_at, settled.level) == (Outcome.MET, at(30), "high")


def test_resolved_late_while_provisional_is_breached_when_the_level_stays() -> None:
    facts = (Stopped(at(30)), Governs(at(40), "critical", False))
    settled = judged(*facts, now=at(41), level="critical", provisional=True)
    assert (settled.outcome, settled.decided_at) == (Outcome.BREACHED, at(24))


def test_in_time_is_met_at_once_even_while_the_level_is_provisional() -> None:
    early = judged(
        Stopped(at(3)), Governs(at(4), "low", False), now=at(10), level="critical", provisional=True
    )
    assert (early.outcome, early.decided_at, early.level) == (Outcome.MET, at(3), "critical")


def test_a_pause_moves_the_deadline_by_its_length() -> None:
    paused = judged(Paused(at(10), "a"), Resumed(at(15), "a"), now=at(16))
    assert paused.due == at(77)


def test_while_paused_there_is_no_deadline_and_no_breach() -> None:
    paused = judged(Paused(at(10), "a"), now=at(500))
    assert (paused.state, paused.due, paused.outcome) == (State.PAUSED, None, None)


def test_a_pause_after_the_due_instant_changes_nothing() -> None:
    assert judged(Paused(at(73), "a"), Resumed(at(80), "a"), now=at(90)).breached_at == at(72)


def test_a_pause_struck_out_counts_after_all() -> None:
    facts = (Paused(at(10), "a"), Resumed(at(30), "a"))
    assert judged(*facts, now=at(75)).outcome is None
    struck = judged(*facts, Voided(at(80), "a"), now=at(80))
    assert (struck.outcome, struck.decided_at) == (Outcome.BREACHED, at(72))


def test_a_result_that_rested_on_a_struck_pause_is_judged_again() -> None:
    facts = (Paused(at(10), "a"), Resumed(at(30), "a"), Stopped(at(80)))
    assert judged(*facts, now=at(81)).outcome is Outcome.MET
    assert judged(*facts, Voided(at(85), "a"), now=at(86)).decided_at == at(72)


def test_striking_a_pause_that_did_not_matter_leaves_the_result() -> None:
    facts = (Paused(at(10), "a"), Resumed(at(12), "a"), Stopped(at(40)), Voided(at(50), "a"))
    assert judged(*facts, now=at(51)).decided_at == at(40)


def test_reopening_goes_on_with_the_same_clock_and_does_not_charge_the_gap() -> None:
    reopened = judged(Stopped(at(50)), Restarted(at(150)), now=at(151))
    assert (reopened.state, reopened.outcome, reopened.due) == (State.RUNNING, None, at(172))
    assert reopened.spent(at(151)) == 51
    assert reopened.reopened


def test_reopening_a_breached_obligation_does_not_undo_the_breach() -> None:
    reopened = judged(Stopped(at(80)), Restarted(at(90)), Stopped(at(95)), now=at(96))
    assert (reopened.outcome, reopened.decided_at) == (Outcome.BREACHED, at(72))


@pytest.mark.parametrize(("hours", "outcome"), [(71, Outcome.NOT_COUNTED), (72, Outcome.BREACHED)])
def test_withdrawn_before_due_is_not_counted_and_after_it_the_breach_stands(
    hours: int, outcome: Outcome
) -> None:
    assert judged(Ended(at(hours)), now=at(100)).outcome is outcome


def test_withdrawn_while_overdue_under_a_provisional_level_is_not_counted() -> None:
    ended = judged(Ended(at(30)), now=at(100), level="critical", provisional=True)
    assert (ended.state, ended.outcome) == (State.CANCELLED, Outcome.NOT_COUNTED)


def test_a_waiver_changes_the_adjusted_figure_only() -> None:
    waived = judged(Stopped(at(80)), Excepted(at(90), "waived"), now=at(91))
    assert (waived.outcome, waived.adjusted_outcome) == (Outcome.BREACHED, Outcome.WAIVED)


def test_added_time_moves_the_adjusted_due_instant_only() -> None:
    added = judged(Excepted(at(60), "added_time", at(90)), Stopped(at(85)), now=at(95))
    assert (added.due, added.outcome) == (at(72), Outcome.BREACHED)
    assert (added.adjusted_due, added.adjusted_outcome) == (at(90), Outcome.MET)


def test_with_added_time_an_open_breach_is_undecided_in_the_adjusted_figure_until_then() -> None:
    added = (Excepted(at(60), "added_time", at(90)),)
    assert judged(*added, now=at(80)).adjusted_outcome is None
    assert judged(*added, now=at(91)).adjusted_outcome is Outcome.BREACHED


def test_any_past_instant_can_be_asked_for() -> None:
    facts = (Governs(at(10), "critical", False), Stopped(at(40)))
    assert judged(*facts, now=at(9)).due == at(72)
    assert judged(*facts, now=at(20)).due == at(34)


def test_the_share_of_a_budget_is_an_instant_of_its_own() -> None:
    assert judged(now=at(1)).instant_of(Fraction(1, 2)) == at(36)


def test_the_stricter_of_two_levels_is_the_one_listed_first_in_the_agreement() -> None:
    assert stricter("medium", "high") == "high"
    assert stricter("critical", "low") == "critical"


def test_nothing_can_be_said_of_an_obligation_without_a_level() -> None:
    with pytest.raises(ValueError, match="governing level"):
        reckon(rules=RULES, start=START, facts=[], now=START)
