"""Reading one mail in a process of its own: ten seconds, 256 MiB, and whatever it does stays there."""

import json
import resource
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from slaportal.integrations.mailreading.letter import Enclosed, Letter
from slaportal.integrations.mailreading.parsing import parse

SECONDS = 10
BYTES = 256 * 1024 * 1024
ROOT = Path(__file__).resolve().parents[3]
LARGEST = 40 * 1024 * 1024  # of a mail that is looked at


class Unreadable(Exception):
    """The mail could not be read within its bounds."""


def read(raw: bytes) -> Letter:
    """Return what is understood of `raw`. Raises `Unreadable`."""
    if len(raw) > LARGEST:
        raise Unreadable(f"{len(raw) // 1024 // 1024} MiB are too large")
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "slaportal.integrations.mailreading.reading"],
            input=raw,
            capture_output=True,
            timeout=SECONDS * 2,
            cwd=ROOT,
            check=True,
        )
        facts = json.loads(answer.stdout)
    except subprocess.TimeoutExpired:
        raise Unreadable(f"Not read in {SECONDS * 2} seconds") from None
    except (subprocess.CalledProcessError, ValueError) as error:
        last = getattr(error, "stderr", b"")[-300:].decode("utf-8", "replace").strip().splitlines()
        raise Unreadable(last[-1] if last else type(error).__name__) from None
    return Letter(**{**facts, "enclosed": [Enclosed(**one) for one in facts["enclosed"]]})


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


if __name__ == "__main__":
    _bounded()
    json.dump(asdict(parse(sys.stdin.buffer.read())), sys.stdout)
