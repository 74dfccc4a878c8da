"""The staff's page of an issue: every act through its service, refusals with their sentence, nothing edited raw."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin import site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.issues.admin import staff_acts
from slaportal.issues.models import InternalNote, Issue, Pause, Proposal
from slaportal.issues.services import classification, ending, waiting, work
from slaportal.ledger.models import Event
from tests.world import HOUR, MONDAY, fresh, report

LATER = MONDAY + timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _half_past_nine() -> Iterator[None]:
    """Pages read the clock: it is half an hour after the first report."""
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def desk(client_for: Callable[[Membership], Client], sam: Membership) -> Client:
    """Sam's browser."""
    return client_for(sam)


@pytest.fixture
def issue(alice: Membership) -> Issue:
    """What alice reported half an hour ago."""
    return report(alice)


def page(client: Client, issue: Issue) -> str:
    response = client.get(reverse("admin:issues_issue_change", args=[issue.pk]))
    assert response.status_code == 200
    return response.content.decode()


def do(client: Client, issue: Issue, act: str, **typed: Any) -> Any:
    """Send the form of one act as the page would, and return the answer."""
    values = {"version": fresh(issue).version, **typed}
    address = reverse("admin:issues_issue_act", args=[issue.pk, act])
    return client.post(address, {f"{act}-{name}": value for name, value in values.items()})


def standing(issue: Issue) -> int:
    return Proposal.objects.filter(issue=issue).latest("round", "revision").pk


# what sam types, and what it makes of the issue
ACTS = [
    ("comment", {"body": "We look into it."}, lambda one: one.responded_at == LATER),
    ("note", {"body": "Ask Lena."}, lambda one: one.internal_notes.count() == 1),
    (
        "counter",
        {"level": "low", "reason": "One tenant only."},
        lambda one: one.classification == "countered",
    ),
    ("take", {}, lambda one: one.assigned_to.user.name == "Sam"),
    ("progress", {"stage": "fixing", "percent": 60}, lambda one: (one.stage, one.percent) == ("fixing", 60)),
    ("wait", {"on": "client", "reason": "The log, please."}, lambda one: one.state == "waiting"),
    ("resolve", {"note": "Fixed in 4.2.1."}, lambda one: one.state == "resolved"),
    ("escalate", {"reason": "The client's production is down."}, lambda one: one.escalations.count() == 1),
]


@pytest.mark.parametrize(("act", "typed", "holds"), ACTS, ids=[one[0] for one in ACTS])
def test_an_act_of_the_page_is_done_by_its_service(
    desk: Client, issue: Issue, act: str, typed: dict[str, Any], holds: Callable[[Issue], bool]
) -> None:
    events = Event.objects.about(issue.reference).count()
    response = do(desk, issue, act, **typed)
    assert response.status_code == 302, response.content.decode()
    assert holds(fresh(issue))
    assert Event.objects.about(issue.reference).count() > events


def test_agreeing_is_a_vote_for_the_proposal_that_was_shown(desk: Client, issue: Issue) -> None:
    assert do(desk, issue, "agree", proposal=standing(issue)).status_code == 302
    assert fresh(issue).classification == "agreed"
    assert not fresh(issue).provisional


def test_agreeing_to_a_proposal_of_another_issue_is_refused(
    desk: Client, issue: Issue, alice: Membership
) -> None:
    other = report(alice, level="low")
    assert do(desk, issue, "agree", proposal=standing(other)).status_code == 409
    assert fresh(issue).classification == "proposed"


def test_an_issue_is_given_to_a_colleague(desk: Client, issue: Issue, lena: Membership) -> None:
    assert do(desk, issue, "assign", to=lena.pk).status_code == 302
    assert fresh(issue).assigned_to == lena


def test_nobody_of_the_client_can_own_an_issue(desk: Client, issue: Issue, alice: Membership) -> None:
    assert do(desk, issue, "assign", to=alice.pk).status_code == 422
    assert fresh(issue).assigned_to is None


def test_waiting_ends_from_the_page(desk: Client, issue: Issue, sam: Membership) -> None:
    waiting.wait(issue=fresh(issue), on="client", reason="The log.", actor=sam, now=LATER)
    assert do(desk, issue, "resume").status_code == 302
    assert fresh(issue).state == "open"


def test_a_duplicate_names_the_issue_that_goes_on(desk: Client, issue: Issue, alice: Membership) -> None:
    first = report(alice, at=MONDAY - HOUR)
    assert do(desk, issue, "duplicate", of=first.reference.lower()).status_code == 302
    assert fresh(issue).duplicate_of == first


def test_a_new_level_is_proposed_once_one_was_agreed(desk: Client, issue: Issue, sam: Membership) -> None:
    classification.agree(issue=fresh(issue), actor=sam, now=LATER)
    assert do(desk, issue, "repropose", level="low", reason="A workaround exists.").status_code == 302
    assert fresh(issue).classification == "proposed"


def test_a_dispute_goes_to_the_deciders_and_senior_management_decides(
    client_for: Callable[[Membership], Client],
    issue: Issue,
    sam: Membership,
    vera: Membership,
    alice: Membership,
) -> None:
    classification.counter(issue=fresh(issue), level="low", reason="One tenant.", actor=sam, now=LATER)
    assert do(client_for(sam), issue, "dispute", reason="We see it differently.").status_code == 302
    assert do(client_for(vera), issue, "decide", level="medium").status_code == 302
    classification.decide(issue=fresh(issue), level="medium", actor=alice, now=LATER)
    assert fresh(issue).level == "medium"


def test_a_contest_is_judged_by_another_person_than_the_one_who_paused(
    client_for: Callable[[Membership], Client],
    issue: Issue,
    lena: Membership,
    vera: Membership,
    alice: Membership,
) -> None:
    waiting.wait(issue=fresh(issue), on="client", reason="The log.", actor=lena, now=LATER)
    waiting.contest(issue=fresh(issue), reason="You have it.", actor=alice, now=LATER)
    assert 'id="act-judge"' not in page(client_for(lena), issue)
    assert do(client_for(lena), issue, "judge", upheld="no", reason="We had not.").status_code == 409
    assert do(client_for(vera), issue, "judge", upheld="yes", reason="It was there.").status_code == 302
    assert Pause.objects.get().contest == Pause.Contest.UPHELD


def test_an_escalation_is_taken_in_hand(desk: Client, issue: Issue) -> None:
    do(desk, issue, "escalate", reason="Production is down.")
    assert do(desk, issue, "acknowledge").status_code == 302
    assert issue.escalations.get().status == "acknowledged"


def test_an_exception_is_approved_by_another_person_than_the_requester(
    client_for: Callable[[Membership], Client], issue: Issue, lena: Membership, vera: Membership
) -> None:
    asked = {
        "effect": "waived",
        "cause": "technical_challenge",
        "reason": "The library has no fix yet.",
        "plan": "A daily export until then.",
    }
    assert do(client_for(lena), issue, "request-exception", **asked).status_code == 302
    assert do(client_for(lena), issue, "approve-exception").status_code == 409
    assert do(client_for(vera), issue, "approve-exception").status_code == 302
    assert issue.exceptions.get().status == "approved"


def test_what_was_typed_stays_when_the_service_refuses(desk: Client, issue: Issue, sam: Membership) -> None:
    ending.resolve(issue=fresh(issue), note="Done.", actor=sam, now=LATER)
    response = do(desk, issue, "resolve", note="Fixed in 4.2.1, please check the export.")
    text = response.content.decode()
    assert response.status_code == 409
    assert "This issue is resolved already." in text
    assert "Fixed in 4.2.1, please check the export." in text


def test_what_was_typed_stays_when_somebody_else_was_faster_and_can_then_be_sent(
    desk: Client, issue: Issue, lena: Membership
) -> None:
    seen = fresh(issue).version
    work.assign(issue=fresh(issue), to=lena, actor=lena, now=LATER)
    response = do(desk, issue, "progress", stage="fixing", percent=35, version=seen)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else changed this issue a moment ago." in text
    assert 'value="35"' in text
    assert f'name="progress-version" value="{fresh(issue).version}"' in text
    assert fresh(issue).percent == 0


def test_a_note_is_kept_even_if_the_issue_changed_meanwhile(
    desk: Client, issue: Issue, lena: Membership
) -> None:
    seen = fresh(issue).version
    work.assign(issue=fresh(issue), to=lena, actor=lena, now=LATER)
    assert do(desk, issue, "note", body="Ask Lena.", version=seen).status_code == 302


def test_a_message_can_bring_a_file(desk: Client, issue: Issue) -> None:
    log = SimpleUploadedFile("call.log", b"GET /v1/tokens 200", content_type="text/plain")
    assert do(desk, issue, "comment", body="The failing call.", attachments=log).status_code == 302
    assert [one.name for one in fresh(issue).attachments.all()] == ["call.log"]
    assert "call.log" in page(desk, issue)


def test_an_incomplete_form_comes_back_with_what_is_missing(desk: Client, issue: Issue) -> None:
    response = do(desk, issue, "counter", level="low", reason="")
    assert response.status_code == 422
    assert 'id="act-counter" open' in response.content.decode()


def test_an_act_without_the_right_is_refused_with_a_sentence(
    client_for: Callable[[Membership], Client], issue: Issue, vera: Membership
) -> None:
    client = client_for(vera)
    assert 'id="act-resolve"' not in page(client, issue)
    response = do(client, issue, "resolve", note="Done.")
    assert response.status_code == 403
    assert "may not do this here" in response.content.decode()
    assert fresh(issue).state == "open"


def test_only_acts_that_are_possible_now_are_offered(desk: Client, issue: Issue, sam: Membership) -> None:
    before = page(desk, issue)
    assert 'id="act-resolve"' in before
    assert "act/resume/" not in before
    ending.resolve(issue=fresh(issue), note="Done.", actor=sam, now=LATER)
    assert 'id="act-resolve"' not in page(desk, issue)


def test_looking_at_an_act_changes_nothing(desk: Client, issue: Issue) -> None:
    for act in staff_acts.available(issue, Membership.objects.get(user__name="Sam")):
        address = reverse("admin:issues_issue_act", args=[issue.pk, act.key])
        assert desk.get(address).status_code == 302
    assert fresh(issue).version == issue.version


def test_an_act_that_does_not_exist_is_not_found(desk: Client, issue: Issue) -> None:
    assert desk.post(reverse("admin:issues_issue_act", args=[issue.pk, "destroy"])).status_code == 404


def test_no_column_can_be_written_by_posting_to_the_page(desk: Client, issue: Issue) -> None:
    address = reverse("admin:issues_issue_change", args=[issue.pk])
    desk.post(address, {"state": "closed", "level": "low", "title": "changed"})
    assert (fresh(issue).state, fresh(issue).level, fresh(issue).title) == ("open", "high", issue.title)


def test_issues_are_neither_deleted_nor_added_raw(desk: Client, issue: Issue) -> None:
    assert (
        desk.post(reverse("admin:issues_issue_delete", args=[issue.pk]), {"post": "yes"}).status_code == 403
    )
    assert desk.get(reverse("admin:issues_issue_add")).headers["Location"] == reverse("issues:submit")
    assert "delete_selected" not in desk.get(reverse("admin:issues_issue_changelist")).content.decode()


def test_obligations_are_only_read(desk: Client, issue: Issue) -> None:
    obligation = issue.obligations.get(metric="response")
    assert issue.reference in desk.get(reverse("admin:issues_obligation_changelist")).content.decode()
    address = reverse("admin:issues_obligation_change", args=[obligation.pk])
    assert desk.post(address, {"state": "met"}).status_code == 403
    assert desk.post(reverse("admin:issues_obligation_delete", args=[obligation.pk])).status_code == 403


def test_obligations_that_were_set_aside_are_found(desk: Client, issue: Issue) -> None:
    issue.obligations.filter(metric="response").update(set_aside="ValueError: no such calendar")
    found = desk.get(reverse("admin:issues_obligation_changelist") + "?set_aside=yes").context["cl"]
    assert [one.metric for one in found.result_list] == ["response"]


def test_the_page_shows_both_proposals_both_clocks_and_the_history(desk: Client, issue: Issue) -> None:
    text = page(desk, issue)
    assert "Respond in 5 h 30 min" in text
    assert "Resolve in 2 d 23 h" in text
    assert "has not answered yet" in text
    assert "reported the issue and proposed High" in text


def test_notes_are_shown_to_those_who_may_read_them_only(
    desk: Client, client_for: Callable[[Membership], Client], issue: Issue, sam: Membership, ada: Membership
) -> None:
    InternalNote.objects.create(issue=issue, author=sam, body="CANARY-4711", salt="00", at=LATER)
    assert "CANARY-4711" in page(desk, issue)
    address = reverse("admin:issues_issue_change", args=[issue.pk])
    assert client_for(ada).get(address).status_code == 404


def test_the_administrator_runs_the_portal_but_reads_no_issues(
    client_for: Callable[[Membership], Client], issue: Issue, ada: Membership
) -> None:
    client = client_for(ada)
    front = client.get(reverse("admin:index"))
    assert front.status_code == 200
    assert "front__card" not in front.content.decode()
    assert issue.title not in front.content.decode()
    assert client.get(reverse("admin:issues_issue_changelist")).status_code == 403


def test_clients_and_strangers_do_not_get_in(
    client: Client, client_for: Callable[[Membership], Client], issue: Issue, alice: Membership
) -> None:
    for name in ("index", "issues_issue_changelist", "escalations_matrixstep_changelist"):
        address = reverse(f"admin:{name}")
        door = client.get(address, follow=True)
        assert door.redirect_chain[-1][0].startswith(reverse("accounts:sign-in"))
        assert issue.title not in door.content.decode()
        assert client_for(alice).get(address, follow=True).status_code == 403


def test_a_member_who_left_does_not_get_in(
    client_for: Callable[[Membership], Client], issue: Issue, sam: Membership
) -> None:
    client = client_for(sam)
    Membership.objects.filter(pk=sam.pk).update(active=False)
    response = client.get(reverse("admin:issues_issue_changelist"), follow=True)
    assert response.status_code == 403
    assert issue.title not in response.content.decode()


def test_every_act_of_the_page_asks_for_a_right_of_the_table() -> None:
    assert site.is_registered(Issue)
    for act in staff_acts.everything():
        assert act.act.right in permissions.table()
        assert act.area in staff_acts.AREAS
