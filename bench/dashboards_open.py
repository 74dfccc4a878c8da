"""What is measured with many dashboards open: memory of the web processes, and from commit to browser."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.test import Client

from bench.timing import percentile
from slaportal.accounts.models import Membership
from tests.world import make_world, report

ISSUES = 60
PAUSE = 1.5  # seconds between two changes
COUNT = re.compile(rb'first response">(\d+)<')


class Browser:
    """One stream: when the number of issues without a response was first as high as that."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie = port, cookie
        self.told: dict[int, float] = {}
        self.ready = asyncio.Event()

    async def read(self) -> None:
        """Open the stream and read it until it ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        request = f"GET /dashboard/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n\r\n"
        writer.write(request.encode())
        seen = b""
        while chunk := await reader.read(65536):
            seen = seen[-100:] + chunk
            for number in COUNT.findall(seen):
                self.told.setdefault(int(number), time.monotonic())
                self.ready.set()

    def delays(self, committed: list[float]) -> list[float]:
        """Return how long after each commit a number came that contains it."""
        first = min(self.told)
        numbers = sorted(self.told.items())
        told = [
            next((at for number, at in numbers if number > first + place), None)
            for place in range(len(committed))
        ]
        return [at - then for at, then in zip(told, committed, strict=True) if at is not None]


def memory(pid: int) -> float:
    """MiB of memory that the process alone holds."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def cpu(pid: int) -> float:
    """Seconds of processor time."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def web() -> tuple[int, subprocess.Popen[bytes]]:
    """Start one web process as production does; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = ["uvicorn", "config.asgi:application", "--port", str(port), "--lifespan", "off"]
    server += ["--timeout-graceful-shutdown", "5", "--log-level", "warning"]
    process = subprocess.Popen([sys.executable, "-m", *server])
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return port, process
        time.sleep(0.1)


def cookie_of(member: Membership) -> str:
    """A session of its own for each browser."""
    browser = Client()
    browser.force_login(member.user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={browser.cookies[name].value}"


def everything(streams: int, processes: int, changes: int) -> None:
    """Fill, open, change, and say what it cost."""
    world = make_world()
    for number in range(ISSUES):
        report((world.alice, world.charlie)[number % 2], title=f"No {number}", at=datetime.now(UTC))
    readers = (world.sam, world.alice, world.sam, world.charlie)
    cookies = [cookie_of(readers[number % 4]) for number in range(streams)]
    running = [web() for _ in range(processes)]
    try:
        asyncio.run(_measured(running, cookies, changes, world.alice))
    finally:
        for _, process in running:
            begun = time.monotonic()
            process.terminate()
            process.wait(20)
            print(f"stopped in {time.monotonic() - begun:.1f} s", flush=True)


async def _measured(
    running: list[tuple[int, subprocess.Popen[bytes]]], cookies: list[str], changes: int, reporter: Membership
) -> None:
    pids = [process.pid for _, process in running]
    browsers = [Browser(running[n % len(running)][0], cookie) for n, cookie in enumerate(cookies)]
    first = asyncio.create_task(Browser(running[0][0], cookies[0]).read())
    await asyncio.sleep(2)
    before = [memory(pid) for pid in pids]
    tasks = [first]
    begun = time.monotonic()
    for browser in browsers:
        tasks.append(asyncio.create_task(browser.read()))
        await asyncio.sleep(0.005)
    await asyncio.gather(*(browser.ready.wait() for browser in browsers))
    print(f"{len(browsers)} dashboards open after {time.monotonic() - begun:.1f} s", flush=True)
    idle, asleep = [cpu(pid) for pid in pids], time.monotonic()
    await asyncio.sleep(10)
    share = sum(cpu(pid) for pid in pids) - sum(idle)
    print(f"idle: {100 * share / (time.monotonic() - asleep):.1f} % of one processor", flush=True)
    busy, committed = sum(cpu(pid) for pid in pids), []
    for _ in range(changes):
        await asyncio.to_thread(_change, reporter)
        committed.append(time.monotonic())
        await asyncio.sleep(PAUSE)
    await asyncio.sleep(3)
    used = (sum(cpu(pid) for pid in pids) - busy) / changes
    concerned = [browser for number, browser in enumerate(browsers) if number % 4 != 3]
    delays = sorted(delay for one in concerned for delay in one.delays(committed))
    strangers = sum(len(browser.told) - 1 for number, browser in enumerate(browsers) if number % 4 == 3)
    p50, p95, p99 = (percentile(delays, share) for share in (0.5, 0.95, 0.99))
    print(f"told {len(delays)} of {len(concerned) * changes}, strangers told {strangers}")
    print(f"delay p50 {p50:.2f} s   p95 {p95:.2f} s   p99 {p99:.2f} s   most {delays[-1]:.2f} s")
    print(f"CPU {1000 * used:.0f} ms for each change; load {os.getloadavg()[0]:.1f}")
    after = [memory(pid) for pid in pids]
    each = 1024 * (sum(after) - sum(before)) / len(browsers)
    print(f"memory {sum(before):.0f} MiB, then {sum(after):.0f} MiB: {each:.0f} KiB for each dashboard")
    for task in tasks:
        task.cancel()


def _change(reporter: Membership) -> None:
    try:
        report(reporter, level="critical", at=datetime.now(UTC))
    finally:
        connections.close_all()
