"""Charts as SVG, drawn on the server so that page, PDF and mail show the same. Pure.

Ink is `currentColor`, so a chart reads in light, dark and on paper.
"""

from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT = 240, 97
LEFT, RIGHT, TOP, BOTTOM = 34.0, 234.0, 9.0, 70.0


def trend(points: Sequence[dict[str, Any]], *, label: str, numbers: str = "") -> str:
    """Return one small multiple: a dot a period with its 95 % interval, from 0 to 100 %.

    `points` have `share` (0 to 1 or None), `interval`, `met`, `decided`, `label` and the names of the lists behind
    (`met_list`, `list`). `label` is what a screen reader says; `numbers`: address of the lists, "" for no links.
    """
    step = (RIGHT - LEFT) / max(1, len(points))
    parts = [_grid()]
    line: list[str] = []
    for place, point in enumerate(points):
        x = LEFT + step * (place + 0.5)
        parts.append(_caption(x, point, numbers, last=place == len(points) - 1))
        if point["share"] is None:
            continue
        line.append(f"{x:.1f},{_y(point['share']):.1f}")
        parts.append(_dot(x, point, last=place == len(points) - 1))
    path = f'<polyline points="{" ".join(line)}" fill="none" stroke="currentColor" stroke-width="1" opacity="0.35"/>'
    role = "group" if numbers else "img"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="trend" viewBox="0 0 {WIDTH} {HEIGHT}" role="{role}" '
        f'aria-label="{escape(label)}" font-family="Libertinus Serif, sans-serif" font-size="8.6" fill="currentColor">'
        f"{path}{''.join(parts)}</svg>"
    )


def escape(text: str) -> str:
    """Return `text` as it stands in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _y(share: float) -> float:
    return BOTTOM - share * (BOTTOM - TOP)


def _grid() -> str:
    lines = []
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        lines.append(
            f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" stroke-width="0.5" '
            f'opacity="0.22"/><text x="{LEFT - 5}" y="{y + 2.7:.1f}" text-anchor="end" opacity="0.75">'
            f"{100 * share:.0f} %</text>"
        )
    return "".join(lines)


def _caption(x: float, point: dict[str, Any], numbers: str, *, last: bool) -> str:
    """The day on which the period begins and under it met of decided, each a link to its list."""
    weight = ' font-weight="bold"' if last else ""
    counts = "–"
    if point["decided"]:
        counts = f"{_linked(point['met'], numbers, point['met_list'])}/{_linked(point['decided'], numbers, point['list'])}"
    return (
        f'<text x="{x:.1f}" y="81" text-anchor="middle" opacity="0.75">{escape(point["label"])}</text>'
        f'<text x="{x:.1f}" y="91.5" text-anchor="middle"{weight}>{counts}</text>'
    )


def _linked(value: int, numbers: str, name: str) -> str:
    return f'<a href="{escape(numbers + name)}">{value}</a>' if numbers else str(value)


def _dot(x: float, point: dict[str, Any], *, last: bool) -> str:
    y = _y(point["share"])
    whisker = ""
    if point["interval"]:
        low, high = (_y(end) for end in point["interval"])
        whisker = (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}" stroke="currentColor" '
            f'stroke-width="3" stroke-linecap="round" opacity="{0.4 if last else 0.2}"/>'
        )
    return f'{whisker}<circle cx="{x:.1f}" cy="{y:.1f}" r="{3.2 if last else 2.2}" fill="currentColor"/>'
