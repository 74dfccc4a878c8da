"""How many records a sample needs, and which ones it takes: by a formula and a seed, so that anyone can draw again. Pure.

The size answers: if none of the drawn records deviates, with 95 % confidence a smaller share of the population does
than the tolerance. It is exact for finite populations (hypergeometric), see docs/auditing.md.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from fractions import Fraction

ALPHA = Fraction(1, 20)


def size(population: int, *, tolerance: Fraction) -> int:
    """Return the least number of records that must all conform to rule out a share of `tolerance` deviating.

    Raises `ValueError` unless the tolerance lies between 0 and 1.
    """
    if not 0 < tolerance < 1:
        raise ValueError("A tolerance lies between 0 and 1.")
    deviating = -(
        -population * tolerance.numerator // tolerance.denominator
    )  # the least number that is too many
    missed, drawn = Fraction(1), 0  # the chance that a sample of `drawn` holds none of them
    while missed > ALPHA and drawn < population:
        missed *= Fraction(population - deviating - drawn, population - drawn)
        drawn += 1
    return drawn


def allocate(strata: Mapping[str, int], wanted: int) -> dict[str, int]:
    """Return how many records each stratum gives: in proportion, by largest remainder, at least one of each.

    `strata` maps names to how many records they hold; a name that comes first wins a tie.
    """
    total = sum(strata.values())
    if not total:
        return dict.fromkeys(strata, 0)
    shares = {name: Fraction(wanted * count, total) for name, count in strata.items()}
    given = {name: int(share) for name, share in shares.items()}
    names = list(strata)
    by_rest = sorted(names, key=lambda name: (given[name] - shares[name], names.index(name)))
    for name in by_rest[: wanted - sum(given.values())]:
        given[name] += 1
    return {name: max(given[name], 1) if strata[name] else 0 for name in names}


def rank(seed: str, reference: str) -> str:
    """Return the number in hex by which a record is drawn: the lowest of a stratum are taken."""
    return hashlib.sha256(f"{seed}:{reference}".encode()).hexdigest()


def draw(references: Sequence[str], count: int, *, seed: str) -> list[str]:
    """Return the `count` of `references` that `seed` draws, in the order in which it draws them."""
    return sorted(references, key=lambda reference: rank(seed, reference))[:count]


def seed_of(population_hash: str, root: str) -> str:
    """Return the seed: the hash of the population and of everything that was on record, which nobody chooses alone."""
    return hashlib.sha256(f"{population_hash}\n{root}\n".encode()).hexdigest()


def ruled_out(population: int, drawn: int) -> Fraction | None:
    """Return the least share of deviations that `drawn` clean records of `population` rule out; None if none."""

    def seen(deviating: int) -> bool:
        missed = Fraction(1)
        for number in range(drawn):
            missed *= Fraction(max(0, population - deviating - number), population - number)
        return missed <= ALPHA

    found = bisect_left(range(1, population + 1), True, key=seen)
    return Fraction(found + 1, population) if found < population else None
