"""A report's plain values as one reads them: words for page, PDF, sheets and mail alike. Pure."""

from slaportal.reports.presentation.shapes import Cell, Line, Missed, Number, Shown
from slaportal.reports.presentation.words import (
    AGE_WORDS,
    period_words,
    present,
    share_words,
    title_of,
    verdict_of,
)

__all__ = [
    "AGE_WORDS",
    "Cell",
    "Line",
    "Missed",
    "Number",
    "Shown",
    "period_words",
    "present",
    "share_words",
    "title_of",
    "verdict_of",
]
