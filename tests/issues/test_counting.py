"""The counting rules on their own (spec §6)."""

from datetime import UTC, datetime, timedelta

import pytest

from slaportal.issues.counting import Counted, Score, count

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
END = datetime(2026, 4, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def one(decided_at: datetime | None, outcome: str = "met", adjusted: str | None = None) -> Counted:
    return Counted("high", "response", BEGIN, decided_at, outcome, outcome if adjusted is None else adjusted)


@pytest.mark.parametrize(("decided_at", "inside"), [(BEGIN - TICK, 0), (BEGIN, 1), (END - TICK, 1), (END, 0)])
def test_a_period_has_its_begin_and_not_its_end(decided_at: datetime, inside: int) -> None:
    row = next(row for row in count([one(decided_at)], begins=BEGIN, ends=END) if row.level == "high")
    assert row.strict.met == inside


def test_what_is_decided_at_the_end_of_the_period_was_undecided_in_it() -> None:
    row = next(row for row in count([one(END), one(None, "")], begins=BEGIN, ends=END) if row.level == "high")
    assert (row.undecided, row.strict.decided) == (2, 0)


def test_a_waived_breach_is_in_the_strict_figure_and_on_no_side_of_the_adjusted() -> None:
    rows = count([one(BEGIN, "breached", "waived")], begins=BEGIN, ends=END)
    row = next(row for row in rows if row.level == "high")
    assert (row.strict.breached, row.adjusted.decided) == (1, 0)


def test_nothing_decided_is_never_a_hundred_percent() -> None:
    assert Score().words() == "none decided"
    assert Score().share is None


def test_under_five_decided_only_the_fraction_is_printed() -> None:
    assert Score(3, 1).words() == "3/4"


def test_the_interval_is_wilsons() -> None:
    """Ten of ten: Wilson's interval begins at 72.2 %, where the naive one has no width."""
    interval = Score(10, 0).interval()
    assert interval is not None
    assert interval[0] == pytest.approx(0.7225, abs=1e-4)
    assert interval[1] == pytest.approx(1.0)
    assert Score(81, 182).interval() == pytest.approx((0.2553, 0.3662), abs=1e-4)
