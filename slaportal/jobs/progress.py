"""How far a piece of work is, told by its runner and read by the page."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from slaportal.jobs.models import Job

LEASE = timedelta(seconds=60)  # a runner that is silent for longer is taken to be dead
WRITE_EVERY = 0.5  # seconds
Thing = TypeVar("Thing")


class Canceled(Exception):
    """Whoever asked for the work does not want it any more."""


class Lost(Exception):
    """Another worker has the job: this one was silent for too long."""


class Interrupted(Exception):
    """The worker has to stop; the job waits for the next one."""


class Progress:
    """What a runner calls as it goes along; it keeps the job held and hears when it should stop.

    Each call may raise `Canceled`, `Lost` or `Interrupted`, which a runner lets pass.
    """

    def __init__(
        self,
        job: Job,
        *,
        clock: Callable[[], datetime],
        stopping: Callable[[], bool] = lambda: False,
        write_every: float = WRITE_EVERY,
    ) -> None:
        self._job, self._holder = job, job.holder
        self._clock, self._stopping = clock, stopping
        self._write_every = write_every
        self._done = 0
        self._total: int | None = None
        self._wrote = float("-inf")

    def of(self, total: int) -> None:
        """Say how many rows there are in all."""
        self._total = total
        self.write()

    def advance(self, rows: int = 1) -> None:
        """Say that so many more rows are done."""
        self._done += rows
        if time.monotonic() - self._wrote >= self._write_every:
            self.write()

    def over(self, things: Iterable[Thing], *, total: int) -> Iterator[Thing]:
        """Pass on each of `things`, counting it once its reader comes back for the next."""
        self.of(total)
        for thing in things:
            yield thing
            self.advance()

    def write(self) -> None:
        """Write how far the work is now, and hold the job for another minute."""
        if self._stopping():
            raise Interrupted
        mine = Job.objects.filter(pk=self._job.pk, holder=self._holder)
        held_until = self._clock() + LEASE
        if mine.filter(cancel_asked_at=None).update(
            done=self._done, total=self._total, held_until=held_until
        ):
            self._wrote = time.monotonic()
            return
        raise Canceled if mine.exists() else Lost
