"""`python -m tests.faults.nursery`: a process with everything loaded that brings others into the world by fork.

A killed process is replaced within milliseconds, so kills come often and hit work, not the loading of modules. Each
child runs what its role runs in production. Lines in: `start ROLE [PORT] [SABOTAGE …]`; line out: its process id.
When the input ends, the nursery and all its children are gone.
"""

import contextlib
import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable

import django
import uvicorn
from django.core.management import call_command

from config.asgi import application
from config.celery import app
from tests.faults.sabotage import SABOTAGE

PR_SET_PDEATHSIG = 1
QUIET = ["--loglevel", "CRITICAL"]


def watch(port: int) -> None:
    """The watch without Celery."""
    call_command("watch", loop=True, every=0.02)


def deliver(port: int) -> None:
    """The delivery without Celery."""
    call_command("deliver", loop=True, interval=0.02)


def worker(port: int) -> None:
    """The worker as `make run` starts it."""
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.start(["--quiet", "worker", "--pool", "threads", "--concurrency", "2", *alone, *QUIET])


def beat(port: int) -> None:
    """The schedule, kept nowhere."""
    app.start(["--quiet", "beat", "--scheduler", "celery.beat:Scheduler", "--pidfile", "", *QUIET])


def web(port: int) -> None:
    """The pages."""
    uvicorn.run(application, host="127.0.0.1", port=port, lifespan="off", log_level="critical")


ROLES: dict[str, Callable[[int], None]] = {
    "watch": watch,
    "deliver": deliver,
    "worker": worker,
    "beat": beat,
    "web": web,
}


def bear(role: str, port: int, sabotage: list[str]) -> int:
    """Fork a child that runs `role` until it is killed; its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        for name in sabotage:
            SABOTAGE[name]()
        ROLES[role](port)
    except BaseException:  # noqa: BLE001  a child never returns into the nursery
        traceback.print_exc()
    finally:
        os._exit(1)


def main() -> None:
    """Obey until the input ends."""
    django.setup()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried by the system
    print("ready", flush=True)
    children = []
    for line in sys.stdin:
        _, role, port, *sabotage = line.split()
        children.append(bear(role, int(port), sabotage))
        print(children[-1], flush=True)
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
