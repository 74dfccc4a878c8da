"""From a quarter's survey to a signed version, with nothing but the pages; and a mail scanner that follows every link."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from slaportal.accounts.models import Membership
from slaportal.feedback.models import AgreementChange, Suggestion, SurveyResponse, WhatIf
from slaportal.feedback.services import ask_about_issues, ask_stakeholders, note_effect
from slaportal.jobs.services import run_next
from slaportal.notifications.kinds import KINDS
from slaportal.notifications.models import Message
from slaportal.notifications.rendering import render
from slaportal.policies.models import Agreement, PolicyVersion
from slaportal.policies.standard import IMPACT_TABLE
from tests.feedback.asking import confirmed
from tests.world import HOUR, MONDAY, World

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
LINK = re.compile(r"https?://[^/\s\"]+(/[^\s\"<>]*)")
QUARTER_ENDS = datetime(2026, 3, 31, 22, tzinfo=UTC)


def links() -> set[str]:
    """Each path in each mail, as text and as HTML."""
    found: set[str] = set()
    for message in Message.objects.select_related("recipient"):
        mail = render(KINDS[message.kind], context=message.context, reader=message.recipient)
        found |= {path.replace("&amp;", "&") for path in LINK.findall(mail.text + mail.html)}
    return found


def test_a_mail_scanner_that_follows_every_link_in_every_mail_leaves_no_vote(
    world: World, client: Client
) -> None:
    confirmed(world)
    ask_about_issues(now=MONDAY + HOUR * 4)
    ask_stakeholders(now=QUARTER_ENDS)
    every = links()
    assert len([path for path in every if path.startswith("/survey/")]) > 5 + 4 * 11
    with time_machine.travel(QUARTER_ENDS, tick=False):
        for path in sorted(every):
            status = client.get(path).status_code
            assert status == 200 if path.startswith("/survey/") else status < 500
    assert not SurveyResponse.objects.exists()


def test_a_survey_leads_to_a_suggestion_a_draft_a_what_if_and_a_signed_version(
    world: World, client: Client, client_for: SignIn
) -> None:
    confirmed(world, level="high")
    ask_stakeholders(now=QUARTER_ENDS)
    alice, lena, vera = (client_for(one) for one in (world.alice, world.lena, world.vera))
    now = QUARTER_ENDS + HOUR
    with time_machine.travel(now, tick=False):
        mail = Message.objects.get(kind="survey-stakeholder", recipient=world.alice.user)
        client.post(
            mail.context["url"], {"response": "2", "recommend": "7", "comment": "Answer High sooner."}
        )
        assert SurveyResponse.objects.get().answers == {"response": 2, "recommend": 7}
        sent = alice.post(
            "/suggestions/new", {"topic": "response", "title": "Answer High sooner", "text": "In 2 hours."}
        )
        page = sent.headers["Location"]
        lena.post(f"{page}/decide", {"accepted": "yes", "reason": "We nearly do."})
        lena.post(f"{page}/draft")
        draft = PolicyVersion.objects.get(status="draft")
        # What a lead does on the draft's page in the admin.
        draft.targets.filter(level="high", metric="response").update(amount="0.5")
        PolicyVersion.objects.filter(pk=draft.pk).update(impact_table=IMPACT_TABLE)
        period = {"first": "2026-01-01", "last": "2026-03-31"}
        lena.post("/what-if/new", {"version": draft.pk, "organization": world.acme.pk, **period})
        run_next(clock=lambda: now)
        assert WhatIf.objects.get().moved == 1
        assert vera.post(f"/admin/policies/policyversion/{draft.pk}/publish/").status_code == 302
        offer = {"version": draft.pk, "organization": world.acme.pk, "first": "2026-04-15"}
        change = lena.post("/agreement-changes/new", {**offer, "applies_to_open": "on"}).headers["Location"]
        assert "What it would have done to a past period" in alice.get(change).content.decode()
        assert alice.post(f"{change}/sign").status_code == 302
        assert vera.post(f"{change}/sign").status_code == 302
    signed = AgreementChange.objects.get()
    assert signed.agreement == Agreement.objects.get(policy_version=draft)
    assert (signed.client_signed_by, signed.vendor_signed_by) == (world.alice, world.vera)
    assert note_effect(now=signed.effective_from + timedelta(seconds=1)) == 1
    assert Suggestion.objects.get().state == "in_effect"
