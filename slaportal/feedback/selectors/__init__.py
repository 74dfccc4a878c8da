"""Questions about post-mortems, surveys and suggestions."""

from slaportal.feedback.selectors.postmortems import (
    Punctuality,
    action_punctuality,
    overdue_actions,
    overdue_postmortems,
    postmortem_of,
    postmortem_punctuality,
)

__all__ = [
    "Punctuality",
    "action_punctuality",
    "overdue_actions",
    "overdue_postmortems",
    "postmortem_of",
    "postmortem_punctuality",
]
