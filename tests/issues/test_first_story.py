"""The main job, through the services alone."""

from datetime import timedelta

import pytest

from slaportal.escalations.models import Escalation
from slaportal.escalations.services import watch
from slaportal.issues.services import classification, ending, work
from slaportal.notifications.models import Message
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db


def test_an_issue_is_classified_by_both_and_its_breach_reaches_senior_management(world: World) -> None:
    issue = report(world.bob, level="critical")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY + timedelta(minutes=10))
    work.comment(
        issue=fresh(issue), body="We are on it.", actor=world.sam, now=MONDAY + timedelta(minutes=20)
    )
    due = MONDAY + 24 * HOUR
    watch(now=due + timedelta(seconds=3))
    response = issue.obligations.get(metric="response")
    resolution = issue.obligations.get(metric="resolution")
    assert (response.outcome, response.decided_at) == ("met", MONDAY + timedelta(minutes=20))
    assert (resolution.outcome, resolution.breached_at) == ("breached", due)
    assert resolution.detected_at == due + timedelta(seconds=3)
    assert Escalation.objects.filter(issue=issue, role="senior_management").count() == 1
    assert Message.objects.filter(kind="escalation-step", recipient=world.vera.user).count() == 1
    ending.resolve(issue=fresh(issue), note="Fixed in 4.2.", actor=world.sam, now=due + HOUR)
    ending.confirm(issue=fresh(issue), actor=world.bob, now=due + 2 * HOUR)
    assert fresh(issue).state == "closed"
