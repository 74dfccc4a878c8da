"""How far work is, in the figures that its page shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from slaportal.jobs.models import Job

WORTH_A_GUESS = timedelta(seconds=2)  # before that, the rate says more about the start than about the work


@dataclass(frozen=True)
class Standing:
    """`percent`: whole, None while the total is unknown. `rate`: rows a second. `left`: None while nobody can know."""

    percent: int | None
    rate: float | None
    left: timedelta | None


def standing(job: Job, *, now: datetime) -> Standing:
    """Return how far `job` is at `now`, judged by its mean rate since it began."""
    percent = None if not job.total else min(100, job.done * 100 // job.total)
    if job.state != Job.State.RUNNING or job.started_at is None:
        return Standing(percent=percent, rate=None, left=None)
    spent = now - job.started_at
    if spent < WORTH_A_GUESS or not job.done:
        return Standing(percent=percent, rate=None, left=None)
    rate = job.done / spent.total_seconds()
    left = timedelta(seconds=(job.total - job.done) / rate) if job.total else None
    return Standing(percent=percent, rate=rate, left=left)
