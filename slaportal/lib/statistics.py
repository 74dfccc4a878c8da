"""What a small number says about a large one: intervals at 95 % (spec §6.4). Pure."""

from collections.abc import Iterable
from math import sqrt

NORMAL = 1.959963984540054  # 95 % of a normal distribution lie within so many deviations.
ROUNDING = 1e-9


def wilson(hits: int, n: int) -> tuple[float, float] | None:
    """Return the 95 % interval of the share `hits` / `n`, both ends from 0 to 1; None where n is 0.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927). Unlike the textbook interval it is right for small n and near 0 and 1.
    """
    if not n:
        return None
    share, squared = hits / n, NORMAL * NORMAL
    center = share + squared / (2 * n)
    spread = NORMAL * sqrt(share * (1 - share) / n + squared / (4 * n * n))
    below = 1 + squared / n
    return max(0.0, (center - spread) / below), min(1.0, (center + spread) / below)


def newcombe(hits: int, n: int, later_hits: int, later_n: int) -> tuple[float, float] | None:
    """Return the 95 % interval of the change `later_hits / later_n - hits / n`; None where one of both n is 0.

    R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine
    17 (1998), method 10: the square-and-add combination of two Wilson intervals.
    """
    before, after = wilson(hits, n), wilson(later_hits, later_n)
    if before is None or after is None:
        return None
    old, new = hits / n, later_hits / later_n
    change = new - old
    down = sqrt((new - after[0]) ** 2 + (before[1] - old) ** 2)
    up = sqrt((after[1] - new) ** 2 + (old - before[0]) ** 2)
    return change - down, change + up


def nearest_rank(values: Iterable[float], percent: int) -> float | None:
    """Return the smallest value with at least `percent` % of `values` at or below it; None of nothing.

    It is a value that occurred, so there is an issue behind it to look at.
    """
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def kaplan_meier_median(durations: Iterable[tuple[float, bool]]) -> float | None:
    """Return the median of durations of which some are not over: (length so far, whether it is over) each.

    None while more than half have not ended. What is not over leaves those at risk at its present length, after the
    ends at the same length. E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations",
    Journal of the American Statistical Association 53 (1958).
    """
    ordered = sorted(durations)
    surviving, at_risk, place = 1.0, len(ordered), 0
    while place < len(ordered):
        length = ordered[place][0]
        same: list[bool] = []
        while place < len(ordered) and ordered[place][0] == length:
            same.append(ordered[place][1])
            place += 1
        surviving *= (at_risk - sum(same)) / at_risk
        if surviving <= 0.5 + ROUNDING:
            return length
        at_risk -= len(same)
    return None


def net_promoter(promoters: int, detractors: int, n: int) -> tuple[float, float] | None:
    """Return the 95 % interval of the net promoter score, both ends from -100 to 100; None where n is 0.

    The score is 100 times the mean of n values of 1, 0 and -1, whose variance is p + d - (p - d)². B. Rocks,
    "Interval estimation for the Net Promoter Score", The American Statistician 70 (2016); the simple interval, which
    is honest enough from five answers on and wide where it must be.
    """
    if not n:
        return None
    up, down = promoters / n, detractors / n
    score = up - down
    spread = NORMAL * sqrt(max(0.0, up + down - score * score) / n)
    return 100 * max(-1.0, score - spread), 100 * min(1.0, score + spread)
