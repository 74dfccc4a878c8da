"""The life of an issue from the first message to the end (spec §4)."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations.services import watch
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.services import classification, ending, waiting, work
from slaportal.issues.services.submission import Report, submit_issue
from slaportal.ledger.models import Event, EventText
from slaportal.lib.refusal import Refused
from slaportal.policies.selectors import NoAgreement
from tests import world as worlds
from tests.world import HOUR, MICROSECOND, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db


def obligation(issue: Issue, metric: str) -> Obligation:
    return issue.obligations.get(metric=metric)


def agreed(world: World, level: str = "high") -> Issue:
    issue = report(world.bob, level=level)
    classification.agree(issue=fresh(issue), actor=world.sam, now=MONDAY)
    return fresh(issue)


def test_the_vendors_first_visible_message_is_the_response(world: World) -> None:
    issue = agreed(world)
    work.comment(issue=fresh(issue), body="Which version?", actor=world.sam, now=MONDAY + HOUR)
    assert obligation(issue, "response").decided_at == MONDAY + HOUR


def test_response_a_microsecond_before_six_hours_is_met_and_at_six_hours_breached(world: World) -> None:
    for at, outcome in ((MONDAY + 6 * HOUR - MICROSECOND, "met"), (MONDAY + 6 * HOUR, "breached")):
        issue = agreed(world)
        work.comment(issue=fresh(issue), body="Looking.", actor=world.sam, now=at)
        assert obligation(issue, "response").outcome == outcome


def test_assignment_notes_and_the_clients_own_words_are_no_response(world: World) -> None:
    issue = agreed(world)
    work.assign(issue=fresh(issue), to=world.sam, actor=world.lena, now=MONDAY)
    work.note(issue=fresh(issue), body="Looks like the cache again.", actor=world.sam, now=MONDAY)
    work.comment(issue=fresh(issue), body="Any news?", actor=world.bob, now=MONDAY)
    assert obligation(issue, "response").outcome == ""


def test_a_resolution_note_is_the_response_where_there_was_none(world: World) -> None:
    issue = agreed(world)
    ending.resolve(issue=fresh(issue), note="Fixed in 4.2.", actor=world.sam, now=MONDAY + HOUR)
    assert obligation(issue, "response").decided_at == MONDAY + HOUR
    assert obligation(issue, "resolution").outcome == "met"


def test_waiting_does_not_stop_the_clock_where_the_policy_lists_no_pause(world: World) -> None:
    issue = agreed(world)
    waiting.wait(issue=fresh(issue), on="client", reason="Send the log", actor=world.sam, now=MONDAY + HOUR)
    assert obligation(issue, "resolution").due_at == MONDAY + 72 * HOUR
    assert fresh(issue).state == "waiting"


def test_waiting_stops_the_clock_where_the_policy_lists_it_until_the_client_answers(db: None) -> None:
    world = worlds.make_world(pauses=("client",))
    issue = agreed(world)
    waiting.wait(issue=fresh(issue), on="client", reason="Send the log", actor=world.sam, now=MONDAY + HOUR)
    assert (obligation(issue, "resolution").state, obligation(issue, "resolution").due_at) == ("paused", None)
    work.comment(issue=fresh(issue), body="Here it is.", actor=world.bob, now=MONDAY + 5 * HOUR)
    assert fresh(issue).state == "open"
    assert obligation(issue, "resolution").due_at == MONDAY + 76 * HOUR


def test_waiting_on_a_third_party_does_not_stop_a_clock_that_pauses_for_the_client_only(db: None) -> None:
    world = worlds.make_world(pauses=("client",))
    issue = agreed(world)
    waiting.wait(issue=fresh(issue), on="third_party", reason="Cloud is down", actor=world.sam, now=MONDAY)
    assert obligation(issue, "resolution").due_at == MONDAY + 72 * HOUR


def test_an_upheld_contest_makes_the_pause_count(db: None) -> None:
    world = worlds.make_world(pauses=("client",))
    issue = agreed(world)
    pause = waiting.wait(issue=fresh(issue), on="client", reason="Send logs", actor=world.sam, now=MONDAY)
    waiting.resume(issue=fresh(issue), actor=world.sam, now=MONDAY + 4 * HOUR)
    waiting.contest(issue=fresh(issue), reason="They were attached.", actor=world.bob, now=MONDAY + 5 * HOUR)
    with pytest.raises(NotAllowed):
        waiting.judge_contest(
            issue=fresh(issue), pause=pause, upheld=False, reason="No", actor=world.sam, now=MONDAY + 6 * HOUR
        )
    waiting.judge_contest(
        issue=fresh(issue), pause=pause, upheld=True, reason="Right", actor=world.lena, now=MONDAY + 6 * HOUR
    )
    assert obligation(issue, "resolution").due_at == MONDAY + 72 * HOUR


def test_a_lead_cannot_judge_the_contest_of_a_pause_of_their_own(db: None) -> None:
    world = worlds.make_world(pauses=("client",))
    issue = agreed(world)
    pause = waiting.wait(issue=fresh(issue), on="client", reason="Send logs", actor=world.lena, now=MONDAY)
    waiting.contest(issue=fresh(issue), reason="Attached.", actor=world.bob, now=MONDAY + HOUR)
    with pytest.raises(Refused, match="another person"):
        waiting.judge_contest(
            issue=fresh(issue), pause=pause, upheld=False, reason="No", actor=world.lena, now=MONDAY + HOUR
        )


def test_the_vendors_silence_upholds_a_contest(db: None) -> None:
    world = worlds.make_world(pauses=("client",))
    issue = agreed(world)
    waiting.wait(issue=fresh(issue), on="client", reason="Send logs", actor=world.sam, now=MONDAY)
    waiting.resume(issue=fresh(issue), actor=world.sam, now=MONDAY + 4 * HOUR)
    waiting.contest(issue=fresh(issue), reason="Attached.", actor=world.bob, now=MONDAY + 5 * HOUR)
    watch(now=MONDAY + 54 * HOUR)
    assert obligation(issue, "resolution").due_at == MONDAY + 72 * HOUR


def test_confirming_closes_an_issue_that_owes_nothing_more(world: World) -> None:
    issue = agreed(world)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY + HOUR)
    ending.confirm(issue=fresh(issue), actor=world.bob, now=MONDAY + 2 * HOUR)
    assert (fresh(issue).state, fresh(issue).closed_at) == ("closed", MONDAY + 2 * HOUR)
    with pytest.raises(Refused, match="no resolution"):
        ending.confirm(issue=fresh(issue), actor=world.bob, now=MONDAY + 3 * HOUR)


def test_five_business_days_of_silence_confirm_a_resolution_at_their_end(world: World) -> None:
    issue = agreed(world)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY + HOUR)
    # Monday 10:00 plus five open days of eight hours ends on the next Monday at 10:00 = 09:00 UTC.
    watch(now=datetime(2026, 3, 12, tzinfo=UTC))
    assert fresh(issue).confirmed_at == datetime(2026, 3, 9, 9, tzinfo=UTC)


def test_a_rejected_resolution_reopens_the_same_clock(world: World) -> None:
    issue = agreed(world)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY + 50 * HOUR)
    ending.reopen(issue=fresh(issue), reason="Still empty.", actor=world.bob, now=MONDAY + 150 * HOUR)
    resolution = obligation(issue, "resolution")
    assert (resolution.outcome, resolution.due_at, resolution.cycle) == ("", MONDAY + 172 * HOUR, 2)


def test_withdrawing_before_due_counts_nothing(world: World) -> None:
    issue = agreed(world)
    ending.withdraw(issue=fresh(issue), reason="Our own mistake.", actor=world.bob, now=MONDAY + HOUR)
    assert {one.outcome for one in issue.obligations.all()} == {"not_counted"}


def test_a_breach_survives_withdrawal(world: World) -> None:
    issue = agreed(world)
    ending.withdraw(issue=fresh(issue), reason="No matter now.", actor=world.bob, now=MONDAY + 7 * HOUR)
    assert obligation(issue, "response").outcome == "breached"
    assert obligation(issue, "resolution").outcome == "not_counted"


def test_a_duplicate_points_at_an_issue_of_the_same_organization(world: World) -> None:
    first, second = agreed(world), agreed(world)
    foreign = report(world.charlie)
    with pytest.raises(Refused, match="same organization"):
        ending.duplicate(issue=fresh(second), of=fresh(foreign), actor=world.sam, now=MONDAY)
    ending.duplicate(issue=fresh(second), of=fresh(first), actor=world.sam, now=MONDAY)
    assert fresh(second).duplicate_of == first
    with pytest.raises(Refused, match="duplicate"):
        ending.duplicate(issue=fresh(first), of=fresh(second), actor=world.sam, now=MONDAY)


def test_the_same_form_sent_twice_makes_one_issue(world: World) -> None:
    made = [
        submit_issue(
            organization=world.acme,
            actor=world.bob,
            report=Report(title="Twice", description="The same.", level="low"),
            now=MONDAY,
            submission_key="one",
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert Issue.objects.count() == 1


def test_an_issue_needs_an_agreement_in_force(world: World) -> None:
    with pytest.raises(NoAgreement, match="Acme has no agreement in force on 2025-03-02"):
        report(world.bob, at=MONDAY.replace(year=2025))
    assert Issue.objects.count() == 0
    assert not Event.objects.exists()


def test_colleagues_of_another_organization_cannot_follow_an_issue(world: World) -> None:
    with pytest.raises(Refused, match="cannot follow"):
        submit_issue(
            organization=world.acme,
            actor=world.bob,
            report=Report(title="A", description="B", level="low"),
            now=MONDAY,
            watchers=[world.charlie],
        )


def test_what_people_wrote_is_in_the_ledger_only_as_a_hash(world: World) -> None:
    issue = agreed(world)
    work.note(issue=fresh(issue), body="canary-in-a-note", actor=world.sam, now=MONDAY)
    work.comment(issue=fresh(issue), body="canary-in-a-comment", actor=world.sam, now=MONDAY)
    payloads = " ".join(Event.objects.values_list("payload", flat=True))
    assert "canary" not in payloads
    assert "Tokens come back" not in payloads
    assert EventText.objects.filter(name="title", text__contains="Tokens").exists()
    assert not EventText.objects.filter(text__contains="canary-in-a-note").exists()


def test_every_event_says_who_did_it_through_whom(world: World) -> None:
    agreed(world)
    done = Event.objects.get(kind="classification.agreed")
    assert json.loads(done.payload)["actor"]["party"] == "vendor"
    assert done.actor == world.sam


@pytest.mark.parametrize("text", ["", "   ", "x" * 50_001])
def test_a_message_needs_words_and_not_a_book(world: World, text: str) -> None:
    issue = agreed(world)
    with pytest.raises(Refused):
        work.comment(issue=fresh(issue), body=text, actor=world.sam, now=MONDAY + timedelta(minutes=1))


def test_control_and_direction_characters_are_not_stored(world: World) -> None:
    issue = report(world.bob, title="Tokens\x00 come\u202e back")
    work.comment(issue=fresh(issue), body="one\x00two", actor=world.sam, now=MONDAY)
    assert fresh(issue).title == "Tokens come back"
    assert issue.comments.get().body == "onetwo"
