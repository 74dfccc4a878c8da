"""What another client's people find out about an issue: nothing, not even that it exists."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from slaportal.escalations import services as escalations
from slaportal.escalations.models import Escalation, SlaException
from slaportal.issues.models import Attachment, Comment
from slaportal.issues.views.offers import ACTS
from tests.e2e.conftest import SignIn, opened
from tests.world import World, fresh, report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

POST = """async (address) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({csrfmiddlewaretoken: token, version: "1", body: "hello", reason: "because"});
  return (await fetch(address, {method: "POST", body, redirect: "manual"})).status;
}"""


def _an_issue_with_everything(people: World, page: Page) -> tuple[str, list[str], list[str]]:
    """Return the reference of an issue of acme, the addresses that show it, and those that act on it."""
    now = datetime.now(UTC)
    issue = report(people.alice, at=now, title="The secret of acme")
    page.goto(f"/issues/{issue.reference}")
    form = opened(page, "comment")
    form.locator("[name=body]").fill("See the file.")
    form.locator("[name=attachments]").set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"the plan"}
    )
    form.locator("button[type=submit]").click()
    expect(page.get_by_role("link", name="plan.txt")).to_be_visible()
    escalations.escalate(issue=fresh(issue), reason="Now", actor=people.alice, now=now)
    asked = escalations.request_exception(
        issue=fresh(issue),
        effect="explanation",
        cause="technical_challenge",
        reason="It is hard.",
        plan="Try harder.",
        actor=people.sam,
        now=now,
    )
    escalations.approve_exception(exception=SlaException.objects.get(pk=asked.pk), actor=people.lena, now=now)
    shown = [f"/issues/{issue.reference}", f"/issues/{issue.reference}/explain"]
    shown += [f"/attachments/{Attachment.objects.get().reference}"]
    shown += [f"/escalations/raise/{issue.reference}", f"/escalations/exceptions/request/{issue.reference}"]
    shown += [f"/escalations/exceptions/{asked.pk}", f"/agreement/{issue.agreement_id}"]
    acts = [f"/issues/{issue.reference}/acts/{name}" for name in ACTS]
    acts += [
        f"/escalations/{Escalation.objects.get().pk}/acknowledge",
        f"/escalations/raise/{issue.reference}",
    ]
    acts += [f"/escalations/exceptions/{asked.pk}/{name}" for name in ("approve", "accept", "contest")]
    return issue.reference, shown, acts


def test_to_a_stranger_of_another_client_nothing_of_an_issue_exists(people: World, signed_in: SignIn) -> None:
    alice = signed_in(people.alice)
    reference, shown, acts = _an_issue_with_everything(people, alice)
    for address in shown[:2]:
        answer = alice.goto(address)
        assert answer is not None
        assert answer.status == 200, address

    charlie = signed_in(people.charlie)
    for address in ("/", "/?tab=all", f"/?tab=all&q={reference}", "/escalations/", "/people", "/mailbox"):
        charlie.goto(address)
        expect(charlie.get_by_text("The secret of acme")).to_have_count(0)
    for address in shown:
        fetched = charlie.request.get(address)
        assert fetched.status == 404, address
        assert "secret" not in fetched.text()
    charlie.goto("/issues/new")
    for address in acts:
        assert charlie.evaluate(POST, address) == 404, address
    assert [one.body for one in Comment.objects.all()] == ["See the file."]


def test_clients_do_not_get_into_the_admin(people: World, signed_in: SignIn) -> None:
    issue = report(people.alice, at=datetime.now(UTC), title="The secret of acme")
    charlie = signed_in(people.charlie)
    for address in ("/admin/", "/admin/issues/issue/", f"/admin/issues/issue/{issue.pk}/change/"):
        charlie.goto(address)
        expect(charlie.get_by_text("The secret of acme")).to_have_count(0)
        expect(charlie.get_by_text("Needs you now")).to_have_count(0)
