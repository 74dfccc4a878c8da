"""Watching obligations, escalating, acknowledging, excepting, and the matrix behind it."""

from slaportal.escalations.services.absences import end_absence, enter_absence
from slaportal.escalations.services.escalating import escalate
from slaportal.escalations.services.excepting import (
    accept_exception,
    approve_exception,
    contest_exception,
    reject_exception,
    request_exception,
)
from slaportal.escalations.services.handling import acknowledge, close_escalation, hand_on, take_over
from slaportal.escalations.services.matrix import remove_step, save_step
from slaportal.escalations.services.reasoning import give_reason
from slaportal.escalations.services.standing import (
    accept_standing,
    approve_standing,
    contest_standing,
    drafted,
    end_standing,
    reject_standing,
    request_standing,
)
from slaportal.escalations.services.watching import next_look, watch

__all__ = [
    "accept_exception",
    "accept_standing",
    "acknowledge",
    "approve_exception",
    "approve_standing",
    "close_escalation",
    "contest_exception",
    "contest_standing",
    "drafted",
    "end_absence",
    "end_standing",
    "enter_absence",
    "escalate",
    "give_reason",
    "hand_on",
    "next_look",
    "reject_exception",
    "reject_standing",
    "remove_step",
    "request_exception",
    "request_standing",
    "save_step",
    "take_over",
    "watch",
]
