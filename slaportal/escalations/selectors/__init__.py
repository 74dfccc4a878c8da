"""Reading escalations and exceptions: which step runs when, whom it reaches, what people see of both."""

from slaportal.escalations.selectors.exceptions import exception_acts, visible_exceptions
from slaportal.escalations.selectors.lines import (
    Line,
    answered_lines,
    lines_of,
    lines_on,
    unanswered,
)
from slaportal.escalations.selectors.matrix import matrix, unreached
from slaportal.escalations.selectors.planning import HOLD, Planned, breach_instant, plan
from slaportal.escalations.selectors.reasons import reasons_missing, reasons_of, unexplained
from slaportal.escalations.selectors.receiving import Desk, holders, receivers

__all__ = [
    "HOLD",
    "Desk",
    "Line",
    "Planned",
    "answered_lines",
    "breach_instant",
    "exception_acts",
    "holders",
    "lines_of",
    "lines_on",
    "matrix",
    "plan",
    "reasons_missing",
    "reasons_of",
    "receivers",
    "unanswered",
    "unexplained",
    "unreached",
    "visible_exceptions",
]
