"""What a small number says about a large one: intervals at 95 % (spec §6.4). Pure."""

from math import sqrt

NORMAL = 1.959963984540054  # 95 % of a normal distribution lie within so many deviations.


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
