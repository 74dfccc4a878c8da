"""WCAG 2.2 AA, measured: every pair of ink and ground that the style sheets use, in both themes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR, "static", "css", "tokens.css").read_text(encoding="utf-8")
COLORS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS)
}
TONES = ("run", "risk", "breach", "met", "night", "calm")
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "surface", "sunken")],
    *[(tone, f"{tone}-soft") for tone in TONES],
    *[(tone, ground) for tone in TONES for ground in ("surface", "paper")],
    *[("ink-2", f"{tone}-soft") for tone in TONES],
    *[("accent", ground) for ground in ("paper", "surface", "sunken")],
    ("accent-strong", "accent-soft"),
    ("accent-strong", "surface"),
    ("ink", "accent-soft"),
    ("ink-2", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-breach", "breach-solid"),
]
SHAPES = [("line-strong", "surface"), ("line-strong", "paper"), ("focus", "paper"), ("focus", "surface")]


def luminance(color: str) -> float:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_is_readable(ink: str, ground: str, theme: int) -> None:
    assert contrast(COLORS[ink][theme], COLORS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_and_rings_are_visible(shape: str, ground: str, theme: int) -> None:
    assert contrast(COLORS[shape][theme], COLORS[ground][theme]) >= 3


def test_black_on_white_is_twenty_one() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
