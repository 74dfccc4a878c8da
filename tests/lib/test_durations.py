"""Lengths of time read the same on the page, in mail and in the browser's countdown."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from slaportal.lib.durations import spoken


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (59.9, "less than a minute"),
        (60, "1 min"),
        (2400, "40 min"),
        (3600, "1 h"),
        (7500, "2 h 05 min"),
        (22200, "6 h 10 min"),
        (86400, "1 d"),
        (273600, "3 d 4 h"),
        (-7500, "2 h 05 min"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert spoken(timedelta(seconds=seconds)) == words


def test_the_countdown_uses_the_same_words() -> None:
    script = Path(settings.BASE_DIR, "static", "js", "countdown.js").read_text(encoding="utf-8")
    for word in ("less than a minute", "} min`", "} h`", "} d`", 'padStart(2, "0")} min`'):
        assert word in script
