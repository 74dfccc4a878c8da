"""Child processes that live and die together.

Each child has a session of its own, so a Ctrl-C in the terminal reaches the supervisor alone and children are
stopped in order, by a signal to the process itself: Celery loses work when its whole group is signalled.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

TAIL = 20  # lines kept of each child, shown when it dies
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

Say = Callable[[str], None]


def say(line: str) -> None:
    """Print a line in one piece, whoever prints meanwhile; a terminal that went away is no reason to stop."""
    try:
        print(f"{line}\n", end="", flush=True)
    except OSError:
        return


class Stopping:
    """Whether somebody wants to stop. May be set from a signal handler.

    A `threading.Event` may not: the handler runs in the thread that waits for it, which may hold the event's lock at
    that moment, and then waits for itself for ever.
    """

    def __init__(self) -> None:
        self._wanted = False
        self._bell, self._rope = os.pipe()
        os.set_blocking(self._rope, False)

    def set(self) -> None:
        """Want to stop, and wake whoever waits."""
        self._wanted = True
        with contextlib.suppress(BlockingIOError):
            os.write(self._rope, b".")

    def is_set(self) -> bool:
        """Whether somebody wants to stop."""
        return self._wanted

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until somebody wants to stop; whether somebody does."""
        if not self._wanted:
            select.select([self._bell], [], [], seconds)
        return self._wanted


def die_with_parent() -> None:
    """In the child, before it becomes its program: a supervisor that is killed leaves no orphans (Linux)."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(frozen=True)
class Program:
    """What to run. `grace`: seconds between the polite signal and the rough one."""

    name: str
    argv: Sequence[str]
    grace: float = 10
    env: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A running program whose lines are passed on with its name in front."""

    def __init__(self, program: Program, *, show: Say = say) -> None:
        self.program = program
        self.tail: deque[str] = deque(maxlen=TAIL)
        self._show = show
        self.process = subprocess.Popen(
            program.argv,
            env={**os.environ, **program.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 – one system call, takes no lock
        )
        self._reader = threading.Thread(target=self._read, name=f"read {program.name}", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        stream = self.process.stdout
        if stream is None:
            return
        with stream:
            for line in stream:
                self.tail.append(line.rstrip())
                self._show(f"{self.program.name:<7}| {line.rstrip()}")

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll()

    def finish_reading(self) -> None:
        """After its end: wait for its last lines."""
        self._reader.join(timeout=2)

    def stop(self) -> None:
        """Ask, wait, then force. Returns when it is gone."""
        if self.exit_code() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(self.program.grace)
            except subprocess.TimeoutExpired:
                self._show(f"{self.program.name} did not stop within {self.program.grace:g} s and is killed")
                self.kill()
        self.finish_reading()

    def kill(self) -> None:
        """End it and whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.finish_reading()


class Family:
    """Children in the order they were started; they are stopped in `stop_order`."""

    def __init__(self, stop_order: Sequence[str], *, show: Say = say) -> None:
        self.children: dict[str, Child] = {}
        self._stop_order = stop_order
        self._show = show

    def start(self, program: Program) -> Child:
        """Start a program and keep it."""
        child = Child(program, show=self._show)
        self.children[program.name] = child
        return child

    def first_dead(self) -> Child | None:
        """A child that ended although nobody asked it to."""
        return next((child for child in self.children.values() if child.exit_code() is not None), None)

    def watch(self, stopping: Stopping, *, interval: float = 0.2) -> int:
        """Stay until somebody wants to stop (0) or a child dies (its exit code, or 1 when it was killed)."""
        while not stopping.wait(interval):
            dead = self.first_dead()
            if dead is not None:
                return self.report(dead)
        return 0

    def report(self, dead: Child) -> int:
        """Say what died and its last lines; the exit code for the supervisor, never 0."""
        dead.finish_reading()
        code = dead.exit_code()
        self._show(f"{dead.program.name} ended with exit code {code}; stopping the rest. Its last lines:")
        for line in dead.tail:
            self._show(f"    {line}")
        return code if code is not None and code > 0 else 1

    def stop(self) -> None:
        """Stop all, one after the other; unnamed ones first."""
        named = [self.children[name] for name in self._stop_order if name in self.children]
        others = [child for name, child in self.children.items() if name not in self._stop_order]
        for child in [*others, *named]:
            child.stop()

    def kill(self) -> None:
        """End all at once: somebody pressed Ctrl-C twice."""
        for child in self.children.values():
            child.kill()
