"""“Document the reasons for the delay”: a breach without a reason says so until somebody gave one (spec §5)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from slaportal.accounts.models import Membership
from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations.models import BreachReason
from slaportal.escalations.selectors import reasons_missing
from slaportal.escalations.services import (
    accept_exception,
    approve_exception,
    contest_exception,
    give_reason,
    request_exception,
    watch,
)
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.selectors import queues
from slaportal.issues.services import classification, ending, work
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
LATE = MONDAY + 25 * HOUR


def breached(world: World) -> Issue:
    """A Critical issue of acme whose resolution was missed an hour ago."""
    issue = report(world.bob, level="critical")
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    work.comment(issue=fresh(issue), body="On it.", actor=world.sam, now=MONDAY)
    watch(now=LATE)
    return fresh(issue)


def resolution(issue: Issue) -> Obligation:
    return Obligation.objects.select_related("issue__organization").get(issue=issue, metric="resolution")


def give(world: World, issue: Issue, *, actor: Membership | None = None, code: str = "vendor_fix") -> None:
    give_reason(
        obligation=resolution(issue),
        code=code,
        sentence="The driver had to be rebuilt.",
        actor=actor or world.sam,
        now=LATE,
    )


def test_a_breach_misses_its_reason_until_it_is_given(world: World) -> None:
    issue = breached(world)
    assert reasons_missing(issue) == ["Resolution"]
    give(world, issue)
    assert reasons_missing(fresh(issue)) == []
    assert BreachReason.objects.get().given_by == world.sam


def test_a_reason_changes_no_figure(world: World) -> None:
    issue = breached(world)
    give(world, issue)
    assert (resolution(issue).outcome, resolution(issue).adjusted_outcome) == ("breached", "breached")


def test_a_later_reason_replaces_it_and_the_ledger_keeps_both(world: World) -> None:
    issue = breached(world)
    give(world, issue)
    give(world, issue, actor=world.lena, code="client_information")
    assert BreachReason.objects.get().code == "client_information"
    assert Event.objects.filter(subject=issue.reference, kind="escalation.reason_given").count() == 2


def test_a_clock_that_was_met_takes_no_reason(world: World) -> None:
    issue = breached(world)
    response = Obligation.objects.get(issue=issue, metric="response")
    with pytest.raises(Refused, match="response deadline of this issue was not missed"):
        give_reason(obligation=response, code="vendor_fix", sentence="Why?", actor=world.sam, now=LATE)


@pytest.mark.parametrize(("code", "sentence"), [("weather", "It rained."), ("vendor_fix", " \n ")])
def test_a_reason_needs_a_code_and_a_sentence(world: World, code: str, sentence: str) -> None:
    issue = breached(world)
    with pytest.raises(Refused):
        give_reason(obligation=resolution(issue), code=code, sentence=sentence, actor=world.sam, now=LATE)


def test_the_client_does_not_give_the_reason(world: World) -> None:
    issue = breached(world)
    with pytest.raises(NotAllowed):
        give(world, issue, actor=world.alice)


def test_an_exception_that_was_granted_is_a_reason_and_one_that_is_only_asked_for_is_not(
    world: World,
) -> None:
    issue = breached(world)
    exception = request_exception(
        issue=fresh(issue),
        effect="explanation",
        cause="technical_challenge",
        reason="The driver.",
        plan="A new build.",
        actor=world.sam,
        now=LATE,
    )
    assert reasons_missing(fresh(issue)) == ["Resolution"]
    exception.issue = fresh(issue)
    approve_exception(exception=exception, actor=world.lena, now=LATE)
    assert reasons_missing(fresh(issue)) == []
    exception.issue = fresh(issue)
    accept_exception(exception=exception, actor=world.alice, now=LATE)
    assert reasons_missing(fresh(issue)) == []


def test_an_exception_that_the_client_contests_leaves_the_reason_missing(world: World) -> None:
    issue = breached(world)
    exception = request_exception(
        issue=fresh(issue),
        effect="explanation",
        cause="technical_challenge",
        reason="The driver.",
        plan="A new build.",
        actor=world.sam,
        now=LATE,
    )
    exception.issue = fresh(issue)
    approve_exception(exception=exception, actor=world.lena, now=LATE)
    exception.issue = fresh(issue)
    contest_exception(exception=exception, reason="You knew of it.", actor=world.alice, now=LATE)
    assert reasons_missing(fresh(issue)) == ["Resolution"]


def test_the_queue_of_missing_reasons_keeps_issues_that_have_ended(world: World) -> None:
    issue = breached(world)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=LATE)
    ending.confirm(issue=fresh(issue), actor=world.alice, now=LATE)

    def waiting() -> list[str]:
        found = queues.narrow(Issue.objects.visible_to(world.sam), "reason", member=world.sam, now=LATE)
        assert queues.counts(["reason"], member=world.sam, now=LATE)["reason"] == found.count()
        return [one.reference for one in found]

    assert waiting() == [issue.reference]
    give(world, fresh(issue))
    assert waiting() == []


def test_the_reason_is_given_on_the_page_and_read_by_the_client(world: World, client_for: SignIn) -> None:
    issue = breached(world)
    address = reverse("escalations:reason", args=[issue.reference, "resolution"])
    vendor = client_for(world.sam)
    assert address in vendor.get(f"/issues/{issue.reference}").content.decode()
    assert vendor.post(address, {"code": "vendor_fix", "sentence": ""}).status_code == 422
    given = {"code": "vendor_supplier", "sentence": "The cloud region was down."}
    assert vendor.post(address, given).status_code == 302
    text = client_for(world.alice).get(f"/issues/{issue.reference}").content.decode()
    assert "The cloud region was down." in text
    assert "reason missing" not in text
    assert address not in text


def test_a_client_cannot_open_the_form_and_a_stranger_does_not_find_it(
    world: World, client_for: SignIn
) -> None:
    issue = breached(world)
    address = reverse("escalations:reason", args=[issue.reference, "resolution"])
    assert client_for(world.alice).get(address).status_code == 403
    assert client_for(world.charlie).get(address).status_code == 404


def test_staff_give_it_in_the_admin(world: World, client_for: SignIn) -> None:
    issue = breached(world)
    client = client_for(world.lena)
    page = client.get(reverse("admin:issues_issue_change", args=[issue.pk])).content.decode()
    assert "Resolution: reason missing" in page
    address = reverse("admin:issues_issue_act", args=[issue.pk, "give-reason"])
    assert address in page
    given = {
        "give-reason-version": fresh(issue).version,
        "give-reason-metric": "resolution",
        "give-reason-code": "vendor_cause",
        "give-reason-sentence": "It took us a night to find.",
    }
    assert client.post(address, given).status_code == 302
    assert BreachReason.objects.get().given_by == world.lena
    assert (
        "reason missing"
        not in client.get(reverse("admin:issues_issue_change", args=[issue.pk])).content.decode()
    )
    queue = client.get(reverse("admin:issues_issue_changelist") + "?queue=reason").content.decode()
    assert issue.reference not in queue
