"""Everything a scenario needs around the portal: processes to kill, a broker to empty, a mail server that counts.

All of it listens on 127.0.0.1 or on sockets in a temporary folder, and is gone at the end.
"""

import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from django.db import connection

from config import embedded_broker
from config.children import Child, Family
from tests.faults.sink import Sink

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0  # seconds a scenario waits for what must happen before it calls it late


def wait_until(true: Callable[[], bool], *, seconds: float = PATIENCE) -> bool:
    """Ask until it is true; False when the time is over."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """The address of the database of this very test run."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    secret = f":{known['PASSWORD']}" if known["PASSWORD"] else ""
    return f"postgres://{known['USER']}{secret}@{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"


class Stage:
    """Processes of the portal on the test's own database. One per test session; `clear` between scenarios."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="slaportal-"))
        self.sink = Sink(slowness=0.002)
        self.key = secrets.token_hex(32)
        self.port = free_port()
        self.kills = 0
        self._roles: dict[int, tuple[str, tuple[str, ...]]] = {}
        self._broker: tuple[Family, Child] | None = None
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def __enter__(self) -> Self:
        assert self._nursery.stdout is not None
        if self._nursery.stdout.readline() != "ready\n":
            self.__exit__(None, None, None)
            raise RuntimeError("The nursery did not come up; its lines above say why.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()
        self._nursery.communicate(timeout=20)
        with self.sink:
            pass
        shutil.rmtree(self.folder, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        ours = ("DATA_DIR", "TEST_RUN", "BROKER_URL", "CELERY_BROKER_URL")
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": database_url(),
            "REDIS_URL": f"unix://{self.folder / 'broker.sock'}",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "SECRET_KEY": self.key,
            "ALLOWED_HOSTS": "127.0.0.1",
            "LOG_LEVEL": "CRITICAL",
            "PYTHONWARNINGS": "ignore",
        }

    # --- processes

    def start(self, role: str, *sabotage: str) -> int:
        """Start a process in `role`; its process id."""
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(" ".join(["start", role, str(self.port), *sabotage]) + "\n")
        pid = int(self._nursery.stdout.readline())
        self._roles[pid] = (role, sabotage)
        return pid

    def kill(self, pid: int) -> None:
        """SIGKILL: no farewell, no cleaning up."""
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: not Path(f"/proc/{pid}").exists(), seconds=10)
        del self._roles[pid]
        self.kills += 1

    def kill_one(self, chance: random.Random, *roles: str) -> None:
        """Kill one process, of one of `roles` if some are named, and start another in its place."""
        candidates = sorted(pid for pid, (role, _) in self._roles.items() if not roles or role in roles)
        pid = chance.choice(candidates)
        role, sabotage = self._roles[pid]
        self.kill(pid)
        self.start(role, *sabotage)

    def end_all(self) -> None:
        """End every process."""
        for pid in list(self._roles):
            self.kill(pid)

    def clear(self) -> None:
        """End everything but the nursery; forget what was counted."""
        self.end_all()
        self.stop_broker()
        self.sink.forget()
        self.kills = 0

    # --- the broker

    def start_broker(self) -> None:
        """Start an empty Valkey or Redis server on the socket where everybody looks for it."""
        family = Family(("broker",), show=lambda line: None)
        path = self.folder / "broker.sock"
        for server in embedded_broker.servers():
            path.unlink(missing_ok=True)
            try:
                child = family.start(embedded_broker.program(server, path, self.folder))
            except OSError:
                continue
            if embedded_broker.answers(f"unix://{path}"):
                self._broker = (family, child)
                return
            child.kill()
        raise RuntimeError("No Valkey or Redis server runs on this system.")

    def stop_broker(self) -> None:
        """Kill the broker with whatever it holds."""
        if self._broker is not None:
            self._broker[1].kill()
            self._broker = None

    def flush_broker(self) -> None:
        """Take everything out of the broker."""
        with embedded_broker.connect(f"unix://{self.folder / 'broker.sock'}") as line:
            line.sendall(b"FLUSHALL\r\n")
            assert line.recv(16).startswith(b"+OK")
