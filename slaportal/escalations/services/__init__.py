"""Watching obligations, escalating, acknowledging, excepting, and the matrix behind it."""

from slaportal.escalations.services.escalating import acknowledge, escalate
from slaportal.escalations.services.excepting import (
    accept_exception,
    approve_exception,
    contest_exception,
    reject_exception,
    request_exception,
)
from slaportal.escalations.services.matrix import remove_step, save_step
from slaportal.escalations.services.watching import next_look, watch

__all__ = [
    "accept_exception",
    "acknowledge",
    "approve_exception",
    "contest_exception",
    "escalate",
    "next_look",
    "reject_exception",
    "remove_step",
    "request_exception",
    "save_step",
    "watch",
]
