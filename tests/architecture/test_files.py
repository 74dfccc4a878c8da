"""Rules about text: locks, promises, templates under a strict content policy."""

import ast
import re

import pytest

from tests.architecture.source import ROOT, files, modules, told

INLINE = [
    (re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE), "a script without src"),
    (re.compile(r"<style\b", re.IGNORECASE), "a style element"),
    (re.compile(r"""\sstyle\s*=\s*["']""", re.IGNORECASE), "a style attribute"),
    (re.compile(r"""\son[a-z]+\s*=\s*["']""", re.IGNORECASE), "an event attribute"),
    (re.compile(r"javascript:", re.IGNORECASE), "a javascript: address"),
]
TAG = re.compile(r"\{[%#].*?[%#]\}")  # what Django reads, not the browser
# Mail has no policy, and mail programs read nothing but inline styles. The admin has a relaxed one.
# A report's file is downloaded and loads nothing.
RELAXED = ("templates/emails/", "templates/admin/", "templates/reports/document_style.html")
PROMISES = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b|mark\.skip|pytest\.skip\(|mark\.xfail")


def blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_names_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_every_locked_line_has_a_hash() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    bare = [line for line in text.splitlines() if "==" in line and "--hash=sha256:" not in line]
    assert not bare


def test_pages_carry_no_inline_script_or_style() -> None:
    offences = [
        f"{path}:{text[: found.start()].count(chr(10)) + 1} {what}"
        for path, text in files("templates", "*.html")
        if not path.startswith(RELAXED)
        for pattern, what in INLINE
        for found in pattern.finditer(TAG.sub(blank, text))
    ]
    assert not offences, told(offences, "The content policy refuses these: use static/js and static/css.")


def test_the_code_makes_no_promises() -> None:
    offences = [
        f"{module.path}:{number} {line.strip()[:80]}"
        for module in modules()
        if not module.path.endswith("architecture/test_files.py")
        for number, line in enumerate(module.lines, 1)
        if PROMISES.search(line)
    ]
    assert not offences, told(
        offences, "Build it now or write an issue; tests are deselected by marker, not left out."
    )


def test_each_module_says_what_it_is_for() -> None:
    silent = [
        m.path for m in modules("slaportal", "config") if m.text.strip() and not ast.get_docstring(m.tree)
    ]
    assert not silent, told(silent, "Begin the module with a sentence about its meaning.")
