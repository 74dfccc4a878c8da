"""What can be done to learn: post-mortems, surveys, suggestions, what-ifs (spec §7)."""

from slaportal.feedback.services.answering import answer_survey, finish_follow_up
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
    "ask_about_issue",
    "ask_about_issues",
    "ask_stakeholder",
    "ask_stakeholders",
    "ask_what_if",
    "begin_job",
    "finish_follow_up",
    "forget",
    "make_edition",
    "sweep_feedback",
]
