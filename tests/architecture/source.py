"""The project's own files, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("slaportal", "config", "tests", "bench")


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the project's root, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> list[str]:
        """Its lines without their ends."""
        return self.text.splitlines()


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """All modules under the folders (all of ours without any), migrations left out."""
    found = []
    for folder in folders or CODE:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in file.parts:
                text = file.read_text(encoding="utf-8")
                found.append(Module(file.relative_to(ROOT).as_posix(), text, ast.parse(text)))
    return tuple(found)


def files(folder: str, pattern: str) -> Iterator[tuple[str, str]]:
    """Path from the root and text of files such as templates."""
    for file in sorted((ROOT / folder).rglob(pattern)):
        if file.is_file():
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def told(offences: list[str], advice: str) -> str:
    """What a failing rule says: where, and what to do instead."""
    return "\n".join([advice, *offences])
