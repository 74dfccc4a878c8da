"""Questions about post-mortems, surveys and suggestions."""

from slaportal.feedback.selectors.postmortems import (
    Punctuality,
    action_punctuality,
    overdue_actions,
    overdue_postmortems,
    postmortem_of,
    postmortem_punctuality,
)
from slaportal.feedback.selectors.surveys import Figure, Satisfaction, satisfaction

__all__ = [
    "Figure",
    "Punctuality",
    "Satisfaction",
    "action_punctuality",
    "overdue_actions",
    "overdue_postmortems",
    "postmortem_of",
    "postmortem_punctuality",
    "satisfaction",
]
