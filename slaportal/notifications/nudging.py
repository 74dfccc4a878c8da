"""Ringing the bell of the delivery. The bell may be broken: due rows are in the table, and a sweep finds them."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from celery import current_app
from django.db import connection, transaction

logger = logging.getLogger(__name__)

TASK = "notifications.deliver"
ONE_TRY = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "interval_max": 0}
EXPIRES = 10  # seconds: after that the regular ring has done it
QUIET_SECONDS = 10.0  # after a failure: a broker that only times out must not slow every click


class _Bell:
    """Remembers, per process, until when a broken broker is left alone."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._quiet_until = 0.0

    def ring(self) -> bool:
        """Ask a worker to deliver now; False when nobody could be asked. Never raises."""
        with self._lock:
            if time.monotonic() < self._quiet_until:
                return False
        try:
            # retry=True on purpose: only then does kombu apply the policy, whose zeros stop its own waiting.
            current_app.send_task(TASK, ignore_result=True, expires=EXPIRES, retry=True, retry_policy=ONE_TRY)
        except Exception as error:  # noqa: BLE001 – whatever the transport raises, the act is already committed
            with self._lock:
                self._quiet_until = time.monotonic() + QUIET_SECONDS
            logger.warning("The broker does not answer (%s); the next sweep delivers.", error)
            return False
        return True

    def forget(self) -> None:
        """Try the broker again at once."""
        with self._lock:
            self._quiet_until = 0.0


bell = _Bell()


# Inside `one_ring`: what was asked for meanwhile.
_asked: ContextVar[list[None] | None] = ContextVar("nudges_asked", default=None)


@contextmanager
def one_ring() -> Iterator[None]:
    """Inside, however many transactions commit, the bell rings once, at the end: a worker needs no flood of rings."""
    asked: list[None] = []
    token = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(token)
        if asked:
            bell.ring()


def nudge() -> None:
    """Ring once; a broken bell is logged and harmless."""
    asked = _asked.get()
    if asked is None:
        bell.ring()
    elif not asked:
        asked.append(None)


def nudge_on_commit() -> None:
    """Ring when the current transaction commits, once however many messages it writes."""
    if not any(entry[1] is nudge for entry in connection.run_on_commit):
        transaction.on_commit(nudge, robust=True)
