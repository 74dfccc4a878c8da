"""Issues that are confirmed, and the surveys that follow."""

from datetime import datetime, timedelta

from slaportal.accounts.models import Membership
from slaportal.feedback import links
from slaportal.feedback.models import SurveyRequest
from slaportal.feedback.services import ask_about_issues
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, ending
from tests.world import HOUR, MONDAY, World, fresh, report


def confirmed(
    world: World, *, by: Membership | None = None, at: datetime = MONDAY, level: str = "medium"
) -> Issue:
    """Return an issue reported at `at`, solved in two hours and confirmed after three."""
    issue = report(by or world.bob, at=at, level=level)
    classification.agree(issue=fresh(issue), actor=world.sam, now=at + HOUR)
    ending.resolve(issue=fresh(issue), note="Done.", actor=world.sam, now=at + HOUR * 2)
    ending.confirm(issue=fresh(issue), actor=world.alice, now=at + HOUR * 3)
    return fresh(issue)


def asked(
    world: World, *, by: Membership | None = None, at: datetime = MONDAY, level: str = "medium"
) -> SurveyRequest:
    """Return the request that followed such an issue, an hour after its confirmation."""
    issue = confirmed(world, by=by, at=at, level=level)
    ask_about_issues(now=at + HOUR * 4)
    return SurveyRequest.objects.get(issue=issue)


def path(request: SurveyRequest, *, answer: int | None = None) -> str:
    """Return the address in its mail."""
    return links.path_for(request.pk, answer=answer)


DAY = timedelta(days=1)
