"""Post-mortems, surveys, suggestions, what-ifs: what the parties learn from what happened (spec §7)."""

from slaportal.feedback.models.changes import AgreementChange
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
from slaportal.feedback.models.suggestions import Suggestion, SuggestionComment, SuggestionState, Topic
from slaportal.feedback.models.surveys import (
    FollowUp,
    SurveyEdition,
    SurveyKind,
    SurveyRequest,
    SurveyResponse,
    SurveyTurn,
)
from slaportal.feedback.models.whatif import Difference, WhatIf

__all__ = [
    "COMMITTED",
    "NEEDED",
    "SECTIONS",
    "UNDONE",
    "ActionItem",
    "ActionItemQuerySet",
    "ActionKind",
    "ActionState",
    "AgreementChange",
    "ContributingFactor",
    "Difference",
    "EditionAcceptance",
    "FactorKind",
    "FollowUp",
    "PostMortem",
    "PostMortemAuthor",
    "PostMortemEdition",
    "PostMortemEntry",
    "PostMortemQuerySet",
    "PostMortemRevision",
    "PostMortemState",
    "Suggestion",
    "SuggestionComment",
    "SuggestionState",
    "SurveyEdition",
    "SurveyKind",
    "SurveyRequest",
    "SurveyResponse",
    "SurveyTurn",
    "Topic",
    "WhatIf",
]
