"""Where the message broker is. It is an alarm bell only: losing it delays work by one sweep and loses nothing.

`REDIS_URL` names a server; without one the embedded server of `make run` is used while it answers, and a
process that runs alone (a management command) rings a bell nobody hears.
"""

import socket
from pathlib import Path
from urllib.parse import urlsplit

SOCKET_NOTE = "broker.url"  # in DATA_DIR/run: the address of the embedded server, written by the supervisor

REDIS_OPTIONS: dict[str, object] = {
    # Longer than the longest task; tasks never carry an ETA, due rows in the database do.
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # A person's click must not wait for a dead broker.
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
}


def embedded(data_dir: Path) -> str:
    """The address of the embedded server if it answers on its socket now, else an empty text."""
    note = data_dir / "run" / SOCKET_NOTE
    if not hasattr(socket, "AF_UNIX") or not note.is_file():
        return ""
    address = note.read_text(encoding="utf-8").strip()
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(urlsplit(address).path)
        except OSError:
            return ""
    return address


def celery_url(redis_url: str) -> str:
    """The same server in Celery's spelling: a socket is `redis+socket://` there."""
    if redis_url.startswith("unix://"):
        return "redis+socket://" + redis_url.removeprefix("unix://")
    return redis_url


def filesystem_options(folder: Path) -> dict[str, object]:
    """Options of the last resort, a folder as queue, for systems without any Redis server."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.1,
    }
