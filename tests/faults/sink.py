"""A mail server that accepts everything and remembers each acceptance: what is repeated is seen."""

import email
import socketserver
import threading
import time
from collections import Counter
from dataclasses import dataclass
from email.policy import default


@dataclass(frozen=True)
class Accepted:
    """One mail that was accepted, whether or not the sender lived to hear it."""

    message_id: str
    to: str
    at: float  # seconds since the epoch


class _Session(socketserver.StreamRequestHandler):
    """One connection: enough of SMTP for a sender of plain mail."""

    server: "Sink"

    def handle(self) -> None:
        """Greet, obey, until the other side quits or dies."""
        self._say(220, "sink")
        recipients: list[str] = []
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            verb = line[:4].upper()
            if verb == "QUIT":
                return self._say(221, "bye")
            if verb == "RCPT":
                recipients.append(line.partition("<")[2].partition(">")[0])
            elif verb == "DATA":
                self._say(354, "go on")
                if not self._take(recipients):
                    return None
                recipients = []
            self._say(250, "fine")
        return None

    def _take(self, recipients: list[str]) -> bool:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False  # The sender died in the middle of the mail: not accepted.
            lines.append(line)
        message_id = str(email.message_from_bytes(b"".join(lines), policy=default)["Message-ID"])
        now = time.time()
        with self.server.lock:
            self.server.accepted += [Accepted(message_id, to, now) for to in recipients]
        time.sleep(self.server.slowness)
        return True

    def _say(self, code: int, text: str) -> None:
        try:
            self.wfile.write(f"{code} {text}\r\n".encode())
        except OSError:
            return


class Sink(socketserver.ThreadingTCPServer):
    """Listens on a free port of 127.0.0.1 while the `with` block lasts; `slowness` seconds lie between taking a
    mail and saying so, which is where a killed sender does not know what became of it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *, slowness: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.slowness = slowness
        self.accepted: list[Accepted] = []
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def counted(self) -> Counter[str]:
        """How often each message was accepted, by Message-ID (each message has one recipient)."""
        with self.lock:
            return Counter(one.message_id for one in self.accepted)

    def forget(self) -> None:
        """Begin anew."""
        with self.lock:
            self.accepted.clear()

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed is what this is for."""

    def server_close(self) -> None:
        """Stop listening; connections that are open go with the process."""
        self.shutdown()
        super().server_close()
