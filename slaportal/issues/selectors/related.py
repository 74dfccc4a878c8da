"""Issues that have to do with one another: similar ones, what came before and what came after."""

from typing import Final

from slaportal.accounts.models import Membership, Organization
from slaportal.issues.models import Issue, IssueState
from slaportal.issues.searching import closeness, with_any, words_of, words_of_text

LEAST: Final = 0.4  # share of a title that has to be found again
MOST_READ: Final = 200
MOST_WORDS: Final = 6
# Words that say nothing about the matter.
EMPTY: Final = frozenset(
    words_of_text(
        "the and not for with from does doesn can cannot after when while since this that our has have had are was but "
        "der die das den dem des ein eine einen einer und oder nicht mit bei von aus seit nach wenn ist sind wird kein"
    )
)


def similar(
    title: str,
    *,
    organization: Organization,
    member: Membership,
    limit: int = 5,
    leave_out: Issue | None = None,
) -> list[Issue]:
    """Return the open issues of `organization` that `member` may read and that sound like `title`, nearest first.

    The search of the lists finds them (issues.searching), so a typo or other endings of words do no harm.
    """
    words = [word for word in words_of(title, most=20) if len(word) > 2 and word not in EMPTY]
    longest = sorted(words, key=len, reverse=True)[:MOST_WORDS]
    readable = Issue.objects.visible_to(member).live().filter(organization=organization)
    if leave_out is not None:
        readable = readable.exclude(pk=leave_out.pk)
    found = with_any(readable, longest).order_by("-submitted_at", "-pk")[:MOST_READ]
    rated = [(closeness(words, issue), issue) for issue in found]
    near = sorted((pair for pair in rated if pair[0] >= LEAST), key=lambda pair: -pair[0])
    return [issue for _, issue in near[:limit]]


def later_than(issue: Issue, *, reader: Membership) -> list[Issue]:
    """Return the issues that follow `issue` or were split off from it, as far as `reader` may read them."""
    return list(Issue.objects.visible_to(reader).filter(follows=issue).order_by("submitted_at", "pk"))


def may_be_followed_up(issue: Issue) -> bool:
    """Whether `issue` has ended, so that what comes back is a new issue (spec §4)."""
    return not issue.is_live and issue.state != IssueState.DUPLICATE
