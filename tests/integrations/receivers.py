"""A receiver of webhooks on this machine that takes, refuses, hangs, resets or drops, as told."""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

TAKE, FAIL, RESET, DROP, HANG = "take", "fail", "reset", "drop", "hang"
ANSWER: Final = b"HTTP/1.1 %s\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"


@dataclass
class Receiver:
    """What arrived: how often each id, with the last headers and body; `mood` is what it does with the n-th request; an address is
    where it sends the caller."""

    mood: Callable[[int], str]
    port: int = 0
    connections: int = 0
    ids: Counter[str] = field(default_factory=Counter)
    requests: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def serve(self, server: socket.socket) -> None:
        """Answer one connection after another until the socket is closed."""
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                self.answer(connection, self.mood(self.connections))

    def answer(self, connection: socket.socket, mood: str) -> None:
        """Do with one request what `mood` says; it counts as arrived once it was read as a whole."""
        if mood == RESET:
            # Closing with data unread and no linger sends a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        headers, body = read(connection)
        if mood == FAIL:
            connection.sendall(ANSWER % b"503 Service Unavailable")
            return
        if mood == HANG:
            connection.settimeout(5)
            connection.recv(1)  # until the other side gives up
            return
        if mood.startswith("http"):
            connection.sendall(
                f"HTTP/1.1 302 Found\r\nLocation: {mood}\r\nContent-Length: 0\r\n\r\n".encode()
            )
            return
        self.ids[headers["webhook-id"]] += 1
        self.requests.append((headers, body))
        if mood == DROP:
            return  # it was taken, but nobody says so
        connection.sendall(ANSWER % b"200 OK")


def read(connection: socket.socket) -> tuple[dict[str, str], str]:
    """Return headers and body of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return headers, body.decode()


@contextmanager
def receiver(mood: Callable[[int], str] = lambda number: TAKE) -> Iterator[Receiver]:
    """Listen on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Receiver(mood, server.getsockname()[1])
        thread = threading.Thread(target=found.serve, args=(server,), daemon=True)
        thread.start()
        yield found
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)
