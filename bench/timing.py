"""Running something many times and saying how long it took.

Two clocks: what a person waits (wall) and what the processor does (CPU), which other programs on the machine hardly
disturb.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


def percentile(values: list[float], share: float) -> float:
    """The nearest-rank percentile of sorted values."""
    return values[max(0, min(len(values) - 1, round(share * len(values)) - 1))]


@dataclass(frozen=True)
class Timing:
    """What was measured; seconds, sorted."""

    what: str
    wall: list[float]
    cpu: list[float]

    def __str__(self) -> str:
        p50, p95, cpu = percentile(self.wall, 0.5), percentile(self.wall, 0.95), percentile(self.cpu, 0.5)
        times = f"p50 {p50 * 1000:>9.3f} ms   p95 {p95 * 1000:>9.3f} ms   CPU {cpu * 1000:>9.3f} ms"
        return f"{self.what:<52} n {len(self.wall):>5}   {times}"


def measure(what: str, acts: Iterable[Callable[[], object]]) -> Timing:
    """Do each act once and print the timing."""
    wall, cpu = [], []
    for act in acts:
        begin, begin_cpu = time.perf_counter(), time.process_time()
        act()
        wall.append(time.perf_counter() - begin)
        cpu.append(time.process_time() - begin_cpu)
    timing = Timing(what, sorted(wall), sorted(cpu))
    print(timing, flush=True)
    return timing
