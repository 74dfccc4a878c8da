"""Sizes of samples against the printed table and against brute force; drawing that anyone can repeat."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slaportal.reports import sampling

# Zero deviations, 95 % confidence: population → sizes that rule out 5, 10 and 20 %. The last row stands for "any".
TABLE = {
    20: (19, 16, 10),
    40: (31, 21, 12),
    60: (38, 23, 12),
    100: (45, 25, 13),
    200: (51, 27, 13),
    500: (56, 28, 14),
    1_000_000: (59, 29, 14),
}


@pytest.mark.parametrize("population", TABLE)
@pytest.mark.parametrize(("column", "percent"), [(0, 5), (1, 10), (2, 20)])
def test_sizes_are_those_of_the_table(population: int, column: int, percent: int) -> None:
    assert sampling.size(population, tolerance=Fraction(percent, 100)) == TABLE[population][column]


@given(st.integers(1, 60), st.integers(1, 50))
def test_the_size_is_the_least_that_would_have_seen_too_many_deviations(
    population: int, percent: int
) -> None:
    """Counted out: of all samples of this size at most one in twenty misses every one of the deviating records."""
    too_many = min(d for d in range(1, population + 1) if d * 100 >= population * percent)
    drawn = sampling.size(population, tolerance=Fraction(percent, 100))

    def misses(count: int) -> bool:
        return 20 * comb(population - too_many, count) > comb(population, count)

    assert not misses(drawn)
    assert misses(drawn - 1)


def test_nothing_is_drawn_from_nothing() -> None:
    assert sampling.size(0, tolerance=Fraction(1, 10)) == 0
    assert sampling.allocate({}, 0) == {}
    assert sampling.allocate({"high": 0}, 0) == {"high": 0}


@pytest.mark.parametrize("tolerance", [Fraction(0), Fraction(1), Fraction(-1, 2)])
def test_a_tolerance_that_is_no_share_is_refused(tolerance: Fraction) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        sampling.size(10, tolerance=tolerance)


@pytest.mark.parametrize(
    ("strata", "wanted", "given_"),
    [
        # 25 of 100 by hand: 12.5, 10 and 2.5; the half goes to the stratum that comes first
        ({"high": 50, "medium": 40, "low": 10}, 25, {"high": 13, "medium": 10, "low": 2}),
        # 3 of 100: 0.03 rounds to none, but each level is looked at
        ({"high": 1, "medium": 0, "low": 99}, 3, {"high": 1, "medium": 0, "low": 3}),
        ({"high": 4, "medium": 0, "low": 0}, 4, {"high": 4, "medium": 0, "low": 0}),
    ],
)
def test_strata_give_in_proportion_and_at_least_one(
    strata: dict[str, int], wanted: int, given_: dict[str, int]
) -> None:
    assert sampling.allocate(strata, wanted) == given_


@given(st.dictionaries(st.sampled_from(["high", "medium", "low"]), st.integers(0, 200)), st.integers(0, 60))
def test_no_stratum_gives_more_than_it_has(strata: dict[str, int], wanted: int) -> None:
    wanted = min(wanted, sum(strata.values()))
    given_ = sampling.allocate(strata, wanted)
    assert all(given_[name] <= count for name, count in strata.items())
    assert sum(given_.values()) >= wanted


def test_the_same_seed_draws_the_same_whatever_the_order() -> None:
    issues = [f"ISS-{number:08}" for number in range(50)]
    drawn = sampling.draw(issues, 10, seed="a")
    assert drawn == sampling.draw(issues[::-1], 10, seed="a")
    assert drawn != sampling.draw(issues, 10, seed="b")
    assert drawn[:5] == sampling.draw(issues, 5, seed="a")


def test_every_record_is_as_likely_as_any_other() -> None:
    """2000 seeds, 5 of 20: each is drawn 500 times, give or take four standard deviations (4 · √375 = 77)."""
    issues = [f"ISS-{number}" for number in range(20)]
    times = dict.fromkeys(issues, 0)
    for seed in range(2000):
        for issue in sampling.draw(issues, 5, seed=str(seed)):
            times[issue] += 1
    assert all(423 <= count <= 577 for count in times.values()), times


def test_the_seed_depends_on_the_population_and_on_the_ledger() -> None:
    seeds = {sampling.seed_of(one, other) for one in ("a", "b") for other in ("a", "b")}
    assert len(seeds) == 4


@pytest.mark.parametrize(
    ("population", "drawn", "percent"),
    # "25 clean records only show below 11 %, 40 below 7.2 %, 60 below 4.9 %", of very many
    [(100_000, 25, 11.3), (100_000, 40, 7.2), (100_000, 60, 4.9), (20, 19, 5.0)],
)
def test_what_clean_records_rule_out(population: int, drawn: int, percent: float) -> None:
    share = sampling.ruled_out(population, drawn)
    assert share is not None
    assert round(100 * float(share), 1) == percent


def test_no_record_rules_out_nothing() -> None:
    assert sampling.ruled_out(10, 0) is None
