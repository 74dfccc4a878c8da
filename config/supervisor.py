"""`make run`: the whole portal in one terminal. `python -m config.supervisor`.

Starts broker, web, workers and beat, says where to look once `/healthz` is content, and stops them in the order
web, workers, beat, broker on Ctrl-C or SIGTERM. When one dies the rest are stopped and its last lines are shown.
In production the same processes run under systemd or in containers instead (docs, compose.yaml).
"""

import fcntl
import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.core.exceptions import ImproperlyConfigured

from config import embedded_broker, env
from config.children import Child, Family, Program, Stopping, say
from config.prepare import PEOPLE

BASE_DIR = Path(__file__).resolve().parent.parent
STOP_ORDER = ("prepare", "web", "worker", "jobs", "beat", "broker")
WAIT_FOR_HEALTH = 60  # seconds until we say what is missing
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class CannotStart(Exception):
    """Why not, in a sentence that says what to do."""


@dataclass(frozen=True)
class Plan:
    """Where things are; read from the environment."""

    host: str
    port: int
    data_dir: Path
    redis_url: str

    @property
    def run_dir(self) -> Path:
        """Sockets, schedules, notes: things of this run."""
        return self.data_dir / "run"

    @property
    def here(self) -> str:
        """The host under which this machine reaches the portal."""
        return "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104

    @property
    def address(self) -> str:
        """For people."""
        return f"http://{f'[{self.here}]' if ':' in self.here else self.here}:{self.port}"


def read_plan() -> Plan:
    """Raise `ImproperlyConfigured` with a sentence when a variable is wrong."""
    env.read_file(BASE_DIR / ".env")
    return Plan(
        host=env.text("HOST", "127.0.0.1"),
        port=env.integer("PORT", 8000, least=1, most=65535),
        data_dir=Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).resolve(),
        redis_url=env.url("REDIS_URL", env.REDIS_SCHEMES, ""),
    )


def environment(plan: Plan) -> dict[str, str]:
    """What the children are told beyond the environment."""
    told = {
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.dev"),
        "DATA_DIR": str(plan.data_dir),
        "PORTAL_URL": os.environ.get("PORTAL_URL") or plan.address,
        "PYTHONUNBUFFERED": "1",
        # In a container people are root; ten lines of alarm on every start teach them to overlook alarms.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }
    if plan.host not in LOOPBACK and not os.environ.get("ALLOWED_HOSTS"):
        told["ALLOWED_HOSTS"] = "*"
        say(
            "Reachable from the network without encryption; good for a trial, see the operator guide for more."
        )
    return told


def hold(plan: Plan) -> IO[str]:
    """Make DATA_DIR ours; two portals on one would ring each other's bells. Keep the result open."""
    try:
        plan.run_dir.mkdir(parents=True, exist_ok=True)
        lock = (plan.run_dir / "lock").open("w", encoding="utf-8")
    except OSError as error:
        raise CannotStart(
            f"{plan.run_dir} cannot be written: {error.strerror}. Choose another DATA_DIR."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise CannotStart(
            f"The portal already runs on {plan.data_dir}. Stop it, or choose another DATA_DIR for this one."
        ) from None
    return lock


def check_port(plan: Plan) -> None:
    """Say so now if somebody else listens there."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(plan.host, plan.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise CannotStart(f"HOST={plan.host!r} is not an address of this machine.") from None
    except PermissionError:
        raise CannotStart(f"Port {plan.port} needs more rights. Choose another: PORT=8000 make run") from None
    except OSError as error:
        raise CannotStart(
            f"Port {plan.port} on {plan.host} cannot be used ({error.strerror}). "
            f"Stop what uses it, or choose another: PORT={plan.port + 1 if plan.port < 65535 else 8000} make run"
        ) from None


def start_broker(family: Family, plan: Plan) -> dict[str, str]:
    """Start the embedded broker unless a server was named; what the others need to reach it."""
    if plan.redis_url:
        if not embedded_broker.answers(plan.redis_url, seconds=5):
            raise CannotStart("The server at REDIS_URL does not answer. Start it, or leave REDIS_URL away.")
        return {}
    address = embedded_broker.start(family, plan.run_dir)
    if address:
        return {"REDIS_URL": address}
    say(
        "No Valkey or Redis server runs on this system: a folder serves as queue. Slower, and for trials only."
    )
    return {"BROKER_URL": "filesystem://"}


def prepare(family: Family, told: Mapping[str, str], stopping: Stopping) -> bool:
    """Migrate and load the demo world; False when somebody wanted to stop meanwhile."""
    child = family.start(Program("prepare", [sys.executable, "-m", "config.prepare"], grace=5, env=told))
    while child.exit_code() is None:
        if stopping.wait(0.1):
            return False
    child.finish_reading()
    del family.children["prepare"]
    if child.exit_code() != 0:
        raise CannotStart("The database could not be prepared; the lines above say why.")
    return True


def programs(plan: Plan, told: Mapping[str, str]) -> list[Program]:
    """Web, worker, the worker of long work, and beat."""
    schedule = plan.run_dir / "beat-schedule"
    for old in plan.run_dir.glob("beat-schedule*"):
        old.unlink()
    python, celery = [sys.executable, "-m"], [sys.executable, "-m", "celery", "--quiet", "-A", "config"]
    web = ["uvicorn", "config.asgi:application", "--host", plan.host, "--port", str(plan.port)]
    web += ["--timeout-graceful-shutdown", "5", "--lifespan", "off", "--log-level", "warning"]
    worker = ["worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = ["beat", "--schedule", str(schedule), "--pidfile", "", "--loglevel", "WARNING"]
    return [
        Program("web", python + web, grace=8, env=told),
        Program("worker", celery + worker, grace=20, env=told),
        Program("jobs", [sys.executable, "manage.py", "work_jobs", "--loop"], grace=20, env=told),
        Program("beat", celery + beat, grace=5, env=told),
    ]


def health(plan: Plan) -> dict[str, str]:
    """What is not well yet, by part; empty when all is."""
    connection = http.client.HTTPConnection(plan.here, plan.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        parts = json.loads(connection.getresponse().read())["parts"]
    except (OSError, ValueError, KeyError, http.client.HTTPException):
        return {"web": "does not answer yet"}
    finally:
        connection.close()
    return {name: state for name, state in parts.items() if state != "ok"}


def wait_until_healthy(family: Family, plan: Plan, stopping: Stopping) -> Child | None:
    """Return a child that died while we waited; otherwise say when all is well, or what is still missing."""
    until = time.monotonic() + WAIT_FOR_HEALTH
    wrong = {"web": "does not answer yet"}
    while wrong and time.monotonic() < until and not stopping.wait(0.2):
        dead = family.first_dead()
        if dead is not None:
            return dead
        wrong = health(plan)
    if wrong and not stopping.is_set():
        say("Still waiting for: " + "; ".join(f"{name} {state}" for name, state in wrong.items()))
    return None


def greet(plan: Plan) -> None:
    """Where to look and as whom."""
    people = plan.run_dir / PEOPLE
    line = "-" * 78
    say(f"{line}\nThe portal is ready at {plan.address}   (Ctrl-C stops it; data in {plan.data_dir})")
    if people.is_file():
        say(people.read_text(encoding="utf-8").rstrip())
    say(line)


def listen(family: Family, stopping: Stopping) -> None:
    """The first signal stops in order; the second does not wait."""

    def stop(number: int, frame: object) -> None:
        if stopping.is_set():
            family.kill()
        else:
            say("Stopping ...")
        stopping.set()

    for number in SIGNALS:
        signal.signal(number, stop)


def run(family: Family, plan: Plan, stopping: Stopping) -> int:
    """From the first check to the last word; the exit code."""
    check_port(plan)
    told = environment(plan)
    told |= start_broker(family, plan)
    if not prepare(family, told, stopping):
        return 0
    for program in programs(plan, told):
        family.start(program)
    dead = wait_until_healthy(family, plan, stopping)
    if dead is not None:
        return family.report(dead)
    if not stopping.is_set():
        greet(plan)
    return family.watch(stopping)


def main() -> int:
    """0 stopped by a person, 1 a child died, 2 could not start."""
    family, stopping = Family(STOP_ORDER), Stopping()
    os.chdir(BASE_DIR)
    try:
        plan = read_plan()
        lock = hold(plan)
    except (ImproperlyConfigured, CannotStart) as problem:
        say(str(problem))
        return 2
    listen(family, stopping)
    with lock:
        try:
            return run(family, plan, stopping)
        except (ImproperlyConfigured, CannotStart) as problem:
            say(str(problem))
            return 2
        finally:
            family.stop()
            embedded_broker.clean_up(plan.run_dir)


if __name__ == "__main__":
    sys.exit(main())
