"""What is due about surveys and suggestions, in one round; run it twice or late and nothing is doubled or lost."""

from datetime import datetime

from slaportal.feedback.services.changing import apply_changes
from slaportal.feedback.services.suggesting import note_effect
from slaportal.feedback.services.surveying import ask_about_issues, ask_stakeholders, forget


def sweep_feedback(*, now: datetime) -> int:
    """Do whatever is due by `now`; return how many rows that were."""
    return (
        apply_changes(now=now)
        + ask_about_issues(now=now)
        + ask_stakeholders(now=now)
        + forget(now=now)
        + note_effect(now=now)
    )
