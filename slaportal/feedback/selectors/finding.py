"""Finding post-mortems: one by its reference, many by state and by words over causes and factors (spec §7)."""

from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Role
from slaportal.feedback.models import (
    SECTIONS,
    ActionItem,
    ActionItemQuerySet,
    ContributingFactor,
    PostMortem,
    PostMortemEdition,
    PostMortemQuerySet,
    PostMortemState,
)
from slaportal.feedback.selectors.postmortems import PEOPLE
from slaportal.lib.references import normalize_reference

TABS: Final = ("open", "overdue", "published", "waived", "all")
LONGEST_SEARCH: Final = 200


def find(member: Membership, reference: str) -> PostMortem | None:
    """Return the post-mortem of `reference` if `member` may read its issue, with all that its page needs."""
    return (
        PostMortem.objects.visible_to(member)
        .select_related(
            *("issue__organization", "issue__agreement__policy_version", "issue__agreement__calendar"),
            *("issue__assigned_to__user", *PEOPLE),
        )
        .filter(reference=normalize_reference(reference))
        .first()
    )


def of_tab(found: PostMortemQuerySet, tab: str, *, now: datetime) -> PostMortemQuerySet:
    """Return the post-mortems of one tab, in the order in which they are worked on."""
    match tab:
        case "open":
            return found.undone().order_by("due_at", "pk")
        case "overdue":
            return found.overdue(now).order_by("due_at", "pk")
        case "published":
            return found.filter(published_at__isnull=False).order_by("-published_at", "-pk")
        case "waived":
            return found.filter(state=PostMortemState.WAIVED).order_by("-waived_at", "-pk")
        case _:
            return found.order_by("-due_at", "-pk")


def counts(found: PostMortemQuerySet, *, now: datetime) -> dict[str, int]:
    """Return how many there are in each tab."""
    return {tab: of_tab(found, tab, now=now).order_by().count() for tab in TABS}


def search(found: PostMortemQuerySet, words: str, *, member: Membership) -> PostMortemQuerySet:
    """Return those that have every word of `words` in causes, factors, actions or title.

    A client's search reads what that client may read: the published words, never the working text.
    """
    for word in words[:LONGEST_SEARCH].split():
        about = Q(issue__title__icontains=word) | Q(issue__reference__iexact=word) | Q(reference__iexact=word)
        if permissions.may(member, "postmortem.analyze"):
            about |= _in_working_text(word)
        else:
            about |= Q(
                pk__in=_readable_editions(member).filter(client_words__icontains=word).values("postmortem")
            )
        found = found.filter(about)
    return found


def with_factor(found: PostMortemQuerySet, kind: str, name: str) -> PostMortemQuerySet:
    """Return those to which the factor `name` contributed."""
    return found.filter(
        pk__in=ContributingFactor.objects.filter(kind=kind, name__iexact=name).values("postmortem")
    )


def actions_of(member: Membership, tab: str, *, now: datetime) -> ActionItemQuerySet:
    """Return committed actions as `member` may read them: open ones by their day, or ended ones, newest first."""
    found = ActionItem.objects.visible_to(member).committed()
    match tab:
        case "overdue":
            found = found.overdue(now)
        case "mine":
            found = found.filter(state="open", owner=member).order_by("overdue_from", "pk")
        case "ended":
            found = found.filter(state__in=("done", "dropped")).order_by("-ended_at", "-pk")
        case _:
            found = found.filter(state="open").order_by("overdue_from", "pk")
    return found.select_related("owner__user", "ended_by__user", "postmortem__issue__organization")


def action_for(member: Membership, pk: int) -> ActionItem | None:
    """Return one committed action with what its page needs, None if `member` may not read it."""
    found = ActionItem.objects.visible_to(member).committed()
    return (
        found.select_related(
            "owner__user", "ended_by__user", "postmortem__issue__organization", "postmortem__issue__agreement"
        )
        .filter(pk=pk)
        .first()
    )


def states_of(promised: list[dict[str, Any]]) -> dict[str, ActionItem]:
    """Return how the actions of an edition stand now, by their key in it."""
    keys = [one["action"] for one in promised]
    return {str(one.pk): one for one in ActionItem.objects.filter(pk__in=keys)}


def _in_working_text(word: str) -> Q:
    found = Q()
    for name in SECTIONS:
        found |= Q(**{f"{name}__icontains": word})
    factors = ContributingFactor.objects.filter(Q(name__icontains=word) | Q(text__icontains=word))
    actions = ActionItem.objects.filter(text__icontains=word)
    return found | Q(pk__in=factors.values("postmortem")) | Q(pk__in=actions.values("postmortem"))


def _readable_editions(member: Membership) -> Any:
    found = PostMortemEdition.objects.filter(postmortem__in=PostMortem.objects.visible_to(member))
    return found.filter(acceptance__isnull=False) if member.role == Role.CLIENT_REPORTER else found
