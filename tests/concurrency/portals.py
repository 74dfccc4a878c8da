"""Web processes as in production, on the database of the running test, and streams to them."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings
from django.test import Client

from slaportal.accounts.models import Membership
from tests.faults.stage import ROOT, database_url, free_port, wait_until


def cookie_of(member: Membership) -> str:
    """Return the cookie of somebody who has signed in."""
    browser = Client()
    browser.force_login(member.user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={browser.cookies[name].value}"


class Portal:
    """One web process; it shares nothing with another but the database."""

    def __init__(self, key: str) -> None:
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory(prefix="slaportal-web-")
        ours = ("DATA_DIR", "TEST_RUN", "REDIS_URL", "DJANGO_ALLOW_ASYNC_UNSAFE")
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        told = {
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DATA_DIR": self.folder.name,
            "DATABASE_URL": database_url(),
            "SECRET_KEY": key,
            "LOG_LEVEL": "ERROR",
            "PYTHONWARNINGS": "ignore",
        }
        server = ["uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(self.port)]
        server += ["--timeout-graceful-shutdown", "5", "--lifespan", "off", "--log-level", "warning"]
        self.log = (Path(self.folder.name) / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", *server], cwd=ROOT, env=kept | told, stdout=self.log, stderr=self.log
        )

    def __enter__(self) -> Self:
        assert wait_until(self.answers), self.words()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()

    def answers(self) -> bool:
        """Whether it takes connections."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/sign-in")
            line.getresponse().read()
        except OSError:
            return False
        finally:
            line.close()
        return True

    def stop(self) -> float:
        """Ask it to end, as a supervisor does; how many seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - begun

    def words(self) -> str:
        """What it has said."""
        self.log.flush()
        return Path(self.log.name).read_text(encoding="utf-8")


class Watcher:
    """One open dashboard: remembers when it was told what."""

    def __init__(self, portal: Portal, cookie: str) -> None:
        self.told: list[tuple[float, str]] = []
        self.ended = threading.Event()
        self._line = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=60)
        self._line.request("GET", "/dashboard/stream", headers={"Cookie": cookie})
        self._answer = self._line.getresponse()
        assert self._answer.status == 200, self._answer.status
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        event: list[str] = []
        # A process that was killed says nothing at the end.
        with contextlib.suppress(OSError, http.client.HTTPException):
            for raw in self._answer:
                line = raw.decode().rstrip("\n")
                if line:
                    event.append(line)
                    continue
                self.told.append((time.monotonic(), "\n".join(event)))
                event = []
        self._answer.close()
        self._line.close()
        self.ended.set()

    def heard(self, words: str) -> float | None:
        """When it was first told something that has these words in it."""
        return next((at for at, text in self.told if words in text), None)
