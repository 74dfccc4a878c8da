"""Hearing that this process is to stop, early enough to end streams cleanly."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def before_leaving(say: Callable[[], object]) -> None:
    """Call `say` when somebody stops this process, before its server hears of it.

    A web server waits for open requests before it ends, and says nothing to them; a stream would never end by itself.
    Where no server has put itself in charge of the signal, or in another thread than the first, nothing is done:
    then the process dies of it, and its streams with it.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in SIGNALS:
        in_charge = signal.getsignal(number)
        if callable(in_charge) and in_charge is not signal.default_int_handler:
            signal.signal(number, _first(say, in_charge))


def _first(
    say: Callable[[], object], then: Callable[[int, FrameType | None], object]
) -> Callable[[int, FrameType | None], object]:
    def stop(number: int, where: FrameType | None) -> object:
        say()
        return then(number, where)

    return stop
