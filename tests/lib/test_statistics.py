"""Small numbers: the published values, and a slow but plain computation beside the quick one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slaportal.lib.statistics import kaplan_meier_median, nearest_rank, newcombe, wilson


@pytest.mark.parametrize(
    ("met", "decided", "low", "high"),
    [
        (3, 3, 43.9, 100),
        (9, 10, 59.6, 98.2),
        (10, 10, 72.2, 100),
        (19, 20, 76.4, 99.1),
        (20, 20, 83.9, 100),
        (47, 50, 83.8, 97.9),
        (95, 100, 88.8, 97.8),
        (950, 1000, 93.5, 96.2),
    ],
)
def test_the_interval_is_wilsons(met: int, decided: int, low: float, high: float) -> None:
    interval = wilson(met, decided)
    assert interval is not None
    assert [round(100 * end, 1) for end in interval] == [low, high]


def test_the_change_of_a_share_has_newcombes_interval() -> None:
    """Newcombe (1998), table II: 56/70 against 48/80 by method 10 is 0.0524 to 0.3339."""
    assert newcombe(48, 80, 56, 70) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert newcombe(0, 0, 1, 2) is None


def test_a_percentile_is_a_value_that_occurred() -> None:
    hours = [1, 2, 2, 3, 4, 6, 9, 15, 40, 120]
    assert (nearest_rank(hours, 50), nearest_rank(hours, 90)) == (4, 40)
    assert nearest_rank([7], 50) == 7
    assert nearest_rank([], 50) is None


def test_what_is_still_open_makes_the_median_longer() -> None:
    """6, 8, 10+, 12, 20+, 30, 40+ hours: 0.857, 0.714, 0.536 at 12 and 0.268 at 30; the four closed alone have 8."""
    lengths = [(6, True), (8, True), (10, False), (12, True), (20, False), (30, True), (40, False)]
    assert kaplan_meier_median(lengths) == 30
    assert kaplan_meier_median([(1, True), (5, False), (5, False)]) is None


@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=12))
def test_the_median_is_that_of_the_plain_product(lengths: list[tuple[int, bool]]) -> None:
    surviving, median = Fraction(1), None
    for at in sorted({length for length, over in lengths if over}):
        ended = sum(length == at and over for length, over in lengths)
        surviving *= 1 - Fraction(ended, sum(length >= at for length, _ in lengths))
        if surviving <= Fraction(1, 2):
            median = at
            break
    assert kaplan_meier_median(lengths) == median
