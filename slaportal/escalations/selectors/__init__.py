"""Reading escalations and exceptions: which step runs when, whom it reaches, what people see of both."""

from slaportal.escalations.selectors.absences import (
    absence_of,
    coming_absences,
    deputies,
    mail_goes_to,
    may_be_entered_by,
)
from slaportal.escalations.selectors.exceptions import evidence_for, exception_acts, visible_exceptions
from slaportal.escalations.selectors.lines import (
    Line,
    answered_lines,
    lines_of,
    lines_on,
    still_awaited,
    unanswered,
)
from slaportal.escalations.selectors.matrix import contacts, edition_in_force, matrix, unreached
from slaportal.escalations.selectors.page import (
    EscalationPage,
    escalation_for,
    hand_on_candidates,
    page_of,
    ticket_holder,
)
from slaportal.escalations.selectors.planning import HOLD, Planned, breach_instant, plan
from slaportal.escalations.selectors.plans import PlanStep, plan_steps
from slaportal.escalations.selectors.reasons import reasons_missing, reasons_of, unexplained
from slaportal.escalations.selectors.receiving import Desk, holders, receivers
from slaportal.escalations.selectors.standing import (
    Covered,
    coverages_of,
    covered_by,
    metric_choices,
    preview,
    standing_acts,
    standing_for,
    standing_of,
    visible_standing,
)

__all__ = [
    "HOLD",
    "Covered",
    "Desk",
    "EscalationPage",
    "Line",
    "PlanStep",
    "Planned",
    "absence_of",
    "answered_lines",
    "breach_instant",
    "coming_absences",
    "contacts",
    "coverages_of",
    "covered_by",
    "deputies",
    "edition_in_force",
    "escalation_for",
    "evidence_for",
    "exception_acts",
    "hand_on_candidates",
    "holders",
    "lines_of",
    "lines_on",
    "mail_goes_to",
    "matrix",
    "may_be_entered_by",
    "metric_choices",
    "page_of",
    "plan",
    "plan_steps",
    "preview",
    "reasons_missing",
    "reasons_of",
    "receivers",
    "standing_acts",
    "standing_for",
    "standing_of",
    "still_awaited",
    "ticket_holder",
    "unanswered",
    "unexplained",
    "unreached",
    "visible_exceptions",
    "visible_standing",
]
