"""An issue that comes back is reported as a follow-up; both name each other."""

import pytest

from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue
from slaportal.issues.selectors.timeline import timeline
from slaportal.issues.services import ending
from slaportal.issues.services.submission import Report, submit_issue
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
TYPED = Report(title="Empty again", description="Since today.", level="high")


def follow_up(earlier: Issue, by: Membership) -> Issue:
    return submit_issue(
        organization=by.organization, actor=by, report=TYPED, now=MONDAY + 9 * HOUR, follows=fresh(earlier)
    )


def confirmed(world: World) -> Issue:
    issue = report(world.alice)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY + HOUR)
    ending.confirm(issue=fresh(issue), actor=world.alice, now=MONDAY + 2 * HOUR)
    return issue


def test_a_follow_up_starts_clocks_of_its_own_and_both_issues_name_each_other(world: World) -> None:
    earlier = confirmed(world)
    later = follow_up(earlier, world.alice)
    assert later.follows == earlier
    assert {one.started_at for one in later.obligations.all()} == {MONDAY + 9 * HOUR}
    assert any(later.reference in one.what for one in timeline(earlier, reader=world.alice))
    assert earlier.reference in Event.objects.get(subject=later.reference, kind="issue.submitted").payload


def test_a_withdrawn_issue_can_come_back(world: World) -> None:
    earlier = report(world.bob)
    ending.withdraw(issue=fresh(earlier), reason="Gone.", actor=world.bob, now=MONDAY + HOUR)
    assert follow_up(earlier, world.bob).follows == earlier


def test_what_is_still_open_has_no_follow_up(world: World) -> None:
    earlier = report(world.alice)
    with pytest.raises(Refused, match="still open"):
        follow_up(earlier, world.alice)
    ending.resolve(issue=fresh(earlier), note="Fixed.", actor=world.sam, now=MONDAY + HOUR)
    with pytest.raises(Refused, match="reject its resolution"):
        follow_up(earlier, world.alice)


def test_a_duplicate_has_no_follow_up(world: World) -> None:
    earlier, other = report(world.alice), report(world.alice)
    ending.duplicate(issue=fresh(earlier), of=fresh(other), actor=world.sam, now=MONDAY + HOUR)
    with pytest.raises(Refused, match="duplicate"):
        follow_up(earlier, world.alice)


def test_nobody_follows_up_what_they_may_not_read(world: World) -> None:
    earlier = confirmed(world)
    for member in (world.charlie, world.bob):
        with pytest.raises(Refused, match="no such earlier issue"):
            follow_up(earlier, member)
    assert Issue.objects.count() == 1
