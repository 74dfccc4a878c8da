"""“In cases where issues cannot be resolved within the specified time-frames, an exception process must be initiated.”"""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations.models import SlaException
from slaportal.escalations.services import (
    accept_exception,
    approve_exception,
    contest_exception,
    reject_exception,
    request_exception,
    watch,
)
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.services import classification, ending
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db


def agreed(world: World) -> Issue:
    issue = report(world.bob, level="critical")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    return fresh(issue)


def ask(world: World, issue: Issue, **changes: Any) -> SlaException:
    asked: dict[str, Any] = {
        "effect": "added_time",
        "cause": "technical_challenge",
        "reason": "The fix needs a new build of the driver.",
        "plan": "Sam ships the build by Wednesday; the old driver stays pinned until then.",
        "until": MONDAY + 48 * HOUR,
        "actor": world.sam,
        "now": MONDAY + 20 * HOUR,
    }
    return request_exception(issue=fresh(issue), **{**asked, **changes})


def resolution(issue: Issue) -> Obligation:
    return issue.obligations.get(metric="resolution")


def stored(exception: SlaException) -> SlaException:
    return SlaException.objects.select_related("issue__organization", "issue__agreement__policy_version").get(
        pk=exception.pk
    )


def test_added_time_moves_the_adjusted_due_and_leaves_the_strict_breach(world: World) -> None:
    issue = agreed(world)
    exception = ask(world, issue)
    approve_exception(exception=stored(exception), actor=world.lena, now=MONDAY + 21 * HOUR)
    accept_exception(exception=stored(exception), actor=world.alice, now=MONDAY + 22 * HOUR)
    watch(now=MONDAY + 25 * HOUR)
    assert (resolution(issue).outcome, resolution(issue).adjusted_outcome) == ("breached", "")
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY + 40 * HOUR)
    late = resolution(issue)
    assert (late.outcome, late.due_at) == ("breached", MONDAY + 24 * HOUR)
    assert (late.adjusted_outcome, late.adjusted_due_at) == ("met", MONDAY + 48 * HOUR)


def test_an_approved_exception_has_no_effect_before_the_client_accepts(world: World) -> None:
    issue = agreed(world)
    exception = ask(world, issue)
    approve_exception(exception=stored(exception), actor=world.lena, now=MONDAY + 21 * HOUR)
    assert resolution(issue).adjusted_due_at == MONDAY + 24 * HOUR


def test_the_clients_silence_accepts_at_the_end_of_its_period(world: World) -> None:
    issue = agreed(world)
    exception = ask(world, issue, effect="waived", until=None)
    # Approved on Tuesday 06:00 in Berlin: the two open days are Tuesday and Wednesday, until 17:00.
    approve_exception(exception=stored(exception), actor=world.lena, now=MONDAY + 21 * HOUR)
    watch(now=MONDAY + 200 * HOUR)
    assert stored(exception).status == "accepted"
    assert resolution(issue).adjusted_outcome == "waived"
    effective = Event.objects.get(kind="exception.effective")
    assert effective.at == datetime(2026, 3, 4, 16, tzinfo=UTC)


def test_a_contested_exception_changes_nothing(world: World) -> None:
    issue = agreed(world)
    exception = ask(world, issue, effect="waived", until=None)
    approve_exception(exception=stored(exception), actor=world.lena, now=MONDAY + 21 * HOUR)
    contest_exception(
        exception=stored(exception), reason="It was your release.", actor=world.alice, now=MONDAY + 22 * HOUR
    )
    watch(now=MONDAY + 200 * HOUR)
    assert resolution(issue).adjusted_outcome == "breached"


def test_nobody_approves_their_own_exception(world: World) -> None:
    issue = agreed(world)
    exception = ask(world, issue, actor=world.lena)
    with pytest.raises(Refused, match="another person"):
        approve_exception(exception=stored(exception), actor=world.lena, now=MONDAY + 21 * HOUR)
    with pytest.raises(IntegrityError), transaction.atomic():
        SlaException.objects.filter(pk=exception.pk).update(
            status="approved", approved_by=world.lena, approved_at=MONDAY, answer_due_at=MONDAY
        )


def test_agents_do_not_approve_and_clients_do_not_request(world: World) -> None:
    issue = agreed(world)
    with pytest.raises(NotAllowed):
        ask(world, issue, actor=world.alice)
    exception = ask(world, issue)
    with pytest.raises(NotAllowed):
        approve_exception(exception=stored(exception), actor=world.sam, now=MONDAY + 21 * HOUR)
    approve_exception(exception=stored(exception), actor=world.vera, now=MONDAY + 21 * HOUR)
    with pytest.raises(NotAllowed):
        accept_exception(exception=stored(exception), actor=world.sam, now=MONDAY + 22 * HOUR)


def test_every_answer_is_given_once(world: World) -> None:
    issue = agreed(world)
    exception = ask(world, issue)
    approve_exception(exception=stored(exception), actor=world.lena, now=MONDAY + 21 * HOUR)
    with pytest.raises(Refused, match="already"):
        approve_exception(exception=stored(exception), actor=world.vera, now=MONDAY + 21 * HOUR)
    accept_exception(exception=stored(exception), actor=world.alice, now=MONDAY + 22 * HOUR)
    with pytest.raises(Refused, match="already"):
        contest_exception(
            exception=stored(exception), reason="Too late.", actor=world.alice, now=MONDAY + 23 * HOUR
        )


def test_a_rejected_request_can_be_made_anew(world: World) -> None:
    issue = agreed(world)
    exception = ask(world, issue)
    with pytest.raises(Refused, match="waiting for an answer"):
        ask(world, issue)
    reject_exception(
        exception=stored(exception), reason="Find a way.", actor=world.lena, now=MONDAY + 21 * HOUR
    )
    assert ask(world, issue, now=MONDAY + 22 * HOUR).status == "requested"


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"effect": "reset"}, "not an effect"),
        ({"cause": "weather"}, "not a cause"),
        ({"reason": " "}, "reason for the delay"),
        ({"plan": ""}, "mitigation plan"),
        ({"until": datetime(2026, 1, 1, tzinfo=UTC)}, "new date"),
        ({"until": None}, "new date"),
    ],
)
def test_an_exception_says_why_what_and_until_when(world: World, change: dict[str, Any], match: str) -> None:
    with pytest.raises(Refused, match=match):
        ask(world, agreed(world), **change)
    assert SlaException.objects.count() == 0


def test_the_client_hears_of_an_exception_when_it_is_approved_and_not_before(world: World) -> None:
    issue = agreed(world)
    exception = ask(world, issue)
    assert not Message.objects.filter(kind__startswith="exception", recipient=world.alice.user).exists()
    approve_exception(exception=stored(exception), actor=world.lena, now=MONDAY + 21 * HOUR)
    assert Message.objects.filter(kind="exception-approved", recipient=world.alice.user).exists()
