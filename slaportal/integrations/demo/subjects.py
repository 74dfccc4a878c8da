"""What is reported in the demo: subjects × details, never the same title twice."""

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Subject:
    """One matter: what the client writes, what the vendor finds, and what is done about it."""

    product: str
    title: str
    text: str
    cause: str
    fix: str


class Subjects:
    """Hands out subjects by level, each title once."""

    def __init__(self, rng: random.Random) -> None:
        """Read the subjects; `rng` chooses."""
        data: dict[str, Any] = tomllib.loads(
            Path(__file__).with_name("subjects.toml").read_text(encoding="utf-8")
        )
        self._rng = rng
        self._pools: dict[str, list[str]] = data["pools"]
        self._of: dict[str, list[dict[str, str]]] = {}
        for entry in data["subject"]:
            for level in entry["levels"]:
                self._of.setdefault(level, []).append(entry)
        self._turns = {level: self._turn(level) for level in self._of}
        self._taken: set[str] = set()

    def next(self, level: str) -> Subject:
        """Return a subject that is believable at `level`, with a title that was not used yet."""
        for _ in range(500):
            entry = next(self._turns[level])
            details = {name: self._rng.choice(values) for name, values in self._pools.items()}
            filled = {field.name: entry[field.name].format(**details) for field in fields(Subject)}
            subject = Subject(**{name: text[0].upper() + text[1:] for name, text in filled.items()})
            if subject.title not in self._taken:
                self._taken.add(subject.title)
                return subject
        raise ValueError(f"There are no more titles at {level}; add subjects or details to subjects.toml.")

    def _turn(self, level: str) -> Iterator[dict[str, str]]:
        """Go through the subjects of a level in ever new order, so that neighbors differ."""
        while True:
            order = list(self._of[level])
            self._rng.shuffle(order)
            yield from order
