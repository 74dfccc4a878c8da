"""Post-mortems, surveys, suggestions: what the parties learn from what happened (spec §7)."""

from slaportal.feedback.models.editions import EditionAcceptance, PostMortemEdition
from slaportal.feedback.models.findings import (
    COMMITTED,
    ActionItem,
    ActionItemQuerySet,
    ActionKind,
    ActionState,
    ContributingFactor,
    FactorKind,
    PostMortemEntry,
)
from slaportal.feedback.models.postmortems import (
    NEEDED,
    SECTIONS,
    UNDONE,
    PostMortem,
    PostMortemAuthor,
    PostMortemQuerySet,
    PostMortemRevision,
    PostMortemState,
)

__all__ = [
    "COMMITTED",
    "NEEDED",
    "SECTIONS",
    "UNDONE",
    "ActionItem",
    "ActionItemQuerySet",
    "ActionKind",
    "ActionState",
    "ContributingFactor",
    "EditionAcceptance",
    "FactorKind",
    "PostMortem",
    "PostMortemAuthor",
    "PostMortemEdition",
    "PostMortemEntry",
    "PostMortemQuerySet",
    "PostMortemRevision",
    "PostMortemState",
]
