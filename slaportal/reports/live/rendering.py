"""A board as HTML: the same for everybody who shares viewpoint, language, zone and kind of screen."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone, translation

from slaportal.reports.selectors.board import Board
from slaportal.reports.selectors.viewpoints import Viewpoint


@dataclass(frozen=True, slots=True)
class Style:
    """How a board is worded. `wall`: on a screen that nobody touches; `names`: titles and clients may be read there."""

    language: str
    zone: str
    wall: bool = False
    names: bool = True


def context(board: Board, viewpoint: Viewpoint, style: Style) -> dict[str, object]:
    """Return what templates/reports/board/body.html reads."""
    return {
        "board": board,
        "client": viewpoint.client,
        "vendor": viewpoint.member.is_vendor,
        "wall": style.wall,
        "names": style.names,
    }


def body(board: Board, viewpoint: Viewpoint, style: Style) -> str:
    """Return the part of the page that changes, in the language and the zone of `style`."""
    with translation.override(style.language), timezone.override(ZoneInfo(style.zone)):
        return render_to_string("reports/board/body.html", context(board, viewpoint, style))


def version() -> str:
    """Return a name for the script and the styles that a page of this process uses."""
    return f"{static('js/board.js')} {static('css/board.css')}"


def hello() -> bytes:
    """Return what a stream begins with: when to come back, and which script can read it."""
    return b"retry: 2000\n" + frame("hello", version())


def frame(name: str, data: str, *, number: str = "") -> bytes:
    """Return one event of a stream as it goes over the wire (HTML standard, 9.2 Server-sent events)."""
    lines = [f"event: {name}", *([f"id: {number}"] if number else [])]
    lines += [f"data: {line}" for line in data.splitlines() or [""]]
    return ("\n".join(lines) + "\n\n").encode()
