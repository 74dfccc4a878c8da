"""Processes that live and die together, tried with small fake ones."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.children import Family, Program, Stopping
from tests.architecture.source import ROOT

LOYAL = """
import pathlib, signal, sys
def bye(*_):
    with open(sys.argv[1], "a") as log: log.write(sys.argv[2] + " ")
    raise SystemExit(0)
signal.signal(signal.SIGTERM, bye)
print("up", flush=True)
signal.pause()
"""
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
signal.pause()
"""

# A supervisor with fake children, as `config.supervisor` uses them.
SUPERVISOR = """
import sys
from config.children import Family, Program, Stopping
from config.supervisor import STOP_ORDER, listen
family, stopping = Family(STOP_ORDER), Stopping()
listen(family, stopping)
for name in ("broker", "web", "worker", "beat"):
    family.start(Program(name, [sys.executable, "-c", sys.argv[2], sys.argv[1], name]))
code = family.watch(stopping)
family.stop()
sys.exit(code)
"""


class Screen:
    """Takes the lines that a person would see, and lets a test wait for one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, line: str) -> None:
        with self._changed:
            self.lines.append(line)
            self._changed.notify_all()

    def wait_for(self, line: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: line in self.lines, timeout=20), self.lines


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def family(screen: Screen) -> Iterator[Family]:
    family = Family(("web", "worker", "beat", "broker"), show=screen)
    yield family
    family.kill()


def fake(name: str, code: str, *arguments: str, grace: float = 20) -> Program:
    return Program(name, [sys.executable, "-c", code, *arguments], grace=grace)


def test_stopping_goes_from_web_to_broker_whatever_the_order_of_starting(
    family: Family, screen: Screen, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    for name in ("broker", "beat", "web", "worker"):
        family.start(fake(name, LOYAL, str(log), name))
    for name in ("broker", "beat", "web", "worker"):
        screen.wait_for(f"{name:<7}| up")
    family.stop()
    assert log.read_text(encoding="utf-8").split() == ["web", "worker", "beat", "broker"]
    assert {child.exit_code() for child in family.children.values()} == {0}


def test_a_dead_child_ends_the_watch_with_its_code_and_last_lines(
    family: Family, screen: Screen, tmp_path: Path
) -> None:
    family.start(fake("web", LOYAL, str(tmp_path / "log"), "web"))
    family.start(fake("worker", "print('the reason'); raise SystemExit(3)"))
    assert family.watch(Stopping(), interval=0.01) == 3
    assert "worker ended with exit code 3; stopping the rest. Its last lines:" in screen.lines
    assert "    the reason" in screen.lines


def test_a_child_that_ends_content_is_a_failure_too(family: Family) -> None:
    family.start(fake("beat", "pass"))
    assert family.watch(Stopping(), interval=0.01) == 1


def test_wanting_to_stop_is_no_failure(family: Family, tmp_path: Path) -> None:
    family.start(fake("web", LOYAL, str(tmp_path / "log"), "web"))
    stopping = Stopping()
    stopping.set()
    assert family.watch(stopping) == 0


def test_a_child_that_does_not_listen_is_killed_after_its_grace(family: Family, screen: Screen) -> None:
    child = family.start(fake("web", STUBBORN, grace=0.2))
    screen.wait_for("web    | up")
    family.stop()
    assert child.exit_code() == -9
    assert "web did not stop within 0.2 s and is killed" in screen.lines


def test_a_child_is_told_more_than_the_environment(family: Family, screen: Screen) -> None:
    code = "import os; print(os.environ['DATA_DIR'])"
    family.start(Program("web", [sys.executable, "-c", code], env={"DATA_DIR": "/somewhere"}))
    screen.wait_for("web    | /somewhere")


# Handles signals while it waits, again and again: the handler finds the waiting thread in every possible place.
RESTLESS = """
import signal
from config.children import Stopping
stopping, seen = Stopping(), 0
def bell(*_):
    global seen
    seen += 1
    stopping.set()
signal.signal(signal.SIGALRM, bell)
signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
while seen < 2000:
    stopping.wait(0.00001)
    stopping = Stopping() if seen % 50 == 0 else stopping
signal.setitimer(signal.ITIMER_REAL, 0)
print("done")
"""


def test_a_signal_never_stops_the_one_who_waits_for_it() -> None:
    waited = subprocess.run(
        [sys.executable, "-c", RESTLESS], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert waited.stdout == "done\n"


SPEAKERS = """
import threading
from config.children import say
def speak(name):
    for _ in range(500):
        say(f"{name:<7}| up")
speakers = [threading.Thread(target=speak, args=(name,)) for name in ("web", "worker", "beat", "broker")]
for one in speakers: one.start()
for one in speakers: one.join()
"""


def test_lines_of_several_children_never_run_into_each_other() -> None:
    said = subprocess.run(
        [sys.executable, "-c", SPEAKERS], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    lines = said.stdout.splitlines()
    assert len(lines) == 2000
    assert {line.split("|")[1] for line in lines if line.count("|") == 1} == {" up"}
    assert [line for line in lines if line.count("|") != 1] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_supervisor_stops_all_in_order(number: signal.Signals, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(log), LOYAL], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        up = [next(supervisor.stdout).split("|")[0].strip() for _ in range(4)]
        supervisor.send_signal(number)
        last = supervisor.stdout.read()
        assert supervisor.wait(20) == 0
    assert set(up) == {"broker", "web", "worker", "beat"}
    assert "Stopping ..." in last
    assert log.read_text(encoding="utf-8").split() == ["web", "worker", "beat", "broker"]
