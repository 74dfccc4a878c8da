"""Reading suggestions."""

from django.db.models import Count, QuerySet

from slaportal.accounts.models import Membership
from slaportal.feedback.models import Suggestion, SuggestionState

# tab → states that it shows
TABS: dict[str, tuple[str, ...]] = {
    "open": (SuggestionState.NEW, SuggestionState.DISCUSSED),
    "accepted": (SuggestionState.ACCEPTED,),
    "done": (SuggestionState.IN_EFFECT, SuggestionState.DECLINED),
}


def suggestions(member: Membership, *, tab: str) -> QuerySet[Suggestion]:
    """Return the suggestions of one tab that `member` may read, newest first."""
    found = Suggestion.objects.visible_to(member).filter(state__in=TABS[tab])
    shown = found.select_related("organization", "made_by__user", "version__policy")
    return shown.annotate(words=Count("comments")).order_by("-made_at", "-pk")


def counts(member: Membership) -> dict[str, int]:
    """Return how many suggestions each tab holds for `member`, in one query."""
    rows = Suggestion.objects.visible_to(member).order_by().values_list("state").annotate(Count("pk"))
    known = dict(rows)
    return {tab: sum(known.get(state, 0) for state in states) for tab, states in TABS.items()}


def suggestion_for(member: Membership, reference: str) -> Suggestion | None:
    """Return the suggestion of this reference, if `member` may read it."""
    found = Suggestion.objects.visible_to(member).filter(reference=reference)
    return found.select_related(
        "organization", "made_by__user", "made_by__organization", "decided_by__user", "version__policy"
    ).first()
