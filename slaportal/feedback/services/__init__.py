"""What can be done to learn: post-mortems, surveys, suggestions, what-ifs (spec §7)."""

from slaportal.feedback.services.answering import answer_survey, finish_follow_up
from slaportal.feedback.services.changing import apply_changes, offer_change, sign_change, withdraw_change
from slaportal.feedback.services.suggesting import (
    decide,
    discuss,
    draft_for,
    link_version,
    note_effect,
    suggest,
    triage,
)
from slaportal.feedback.services.surveying import (
    ask_about_issue,
    ask_about_issues,
    ask_stakeholder,
    ask_stakeholders,
    forget,
    make_edition,
)
from slaportal.feedback.services.sweeping import sweep_feedback
from slaportal.feedback.services.whatif import answer_what_if, ask_what_if, begin_job

__all__ = [
    "answer_survey",
    "answer_what_if",
    "apply_changes",
    "ask_about_issue",
    "ask_about_issues",
    "ask_stakeholder",
    "ask_stakeholders",
    "ask_what_if",
    "begin_job",
    "decide",
    "discuss",
    "draft_for",
    "finish_follow_up",
    "forget",
    "link_version",
    "make_edition",
    "note_effect",
    "offer_change",
    "sign_change",
    "suggest",
    "sweep_feedback",
    "triage",
    "withdraw_change",
]
