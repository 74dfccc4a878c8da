"""Standing exceptions: planned maintenance and force majeure cover many issues, and need an end date."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from slaportal.accounts.permissions import NotAllowed
from slaportal.escalations.models import Coverage, StandingException
from slaportal.escalations.selectors import preview, reasons_missing, standing_of
from slaportal.escalations.services import (
    accept_standing,
    approve_standing,
    contest_standing,
    drafted,
    end_standing,
    next_look,
    reject_standing,
    request_standing,
    watch,
)
from slaportal.issues.models import Issue, Obligation
from slaportal.issues.selectors.history import clock_events, reckoning_of
from slaportal.issues.services import classification, ending
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from slaportal.policies.models import Agreement
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db

# Monday 21:00 to Tuesday 03:00 in Berlin: six hours.
BEGINS, ENDS = MONDAY + 12 * HOUR, MONDAY + 18 * HOUR
BEFORE = MONDAY - 100 * HOUR


def asked(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "agreement": Agreement.objects.select_related("organization", "policy_version", "calendar").get(
            organization=world.acme
        ),
        "name": "Move of the data center",
        "cause": "planned_maintenance",
        "effect": "added_time",
        "metric": "",
        "reason": "The build servers are moved.",
        "plan": "Sam – moves them – by Tuesday",
        "begins_at": BEGINS,
        "ends_at": ENDS,
        "actor": world.sam,
        "now": BEFORE,
        **changes,
    }


def stored(standing: StandingException) -> StandingException:
    found = StandingException.objects.select_related(
        "agreement__organization", "agreement__policy_version", "agreement__calendar", "requested_by__user"
    )
    return found.get(pk=standing.pk)


def accepted(world: World, **changes: Any) -> StandingException:
    now = changes.get("now", BEFORE)
    standing = request_standing(**asked(world, **changes))
    approve_standing(standing=standing, actor=world.lena, now=now)
    accept_standing(standing=stored(standing), actor=world.alice, now=now)
    return stored(standing)


def agreed(world: World, *, level: str = "critical", at: datetime = MONDAY) -> Issue:
    issue = report(world.bob, level=level, at=at)
    classification.agree(issue=fresh(issue), actor=world.sam, now=at)
    return fresh(issue)


def live_through(until: datetime) -> None:
    while (instant := next_look()) is not None and instant <= until:
        watch(now=instant)


def resolution(issue: Issue) -> Obligation:
    return issue.obligations.get(metric="resolution")


def test_the_time_of_a_standing_exception_does_not_count_on_the_adjusted_clock(world: World) -> None:
    accepted(world)
    issue = agreed(world)
    live_through(MONDAY)
    clock = resolution(issue)
    # 24 hours from Monday 09:00 in Berlin; six of them do not count.
    assert (clock.due_at, clock.adjusted_due_at) == (MONDAY + 24 * HOUR, MONDAY + 30 * HOUR)
    live_through(MONDAY + 26 * HOUR)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY + 29 * HOUR)
    assert (resolution(issue).outcome, resolution(issue).adjusted_outcome) == ("breached", "met")


def test_business_days_lose_the_day_and_no_more(world: World) -> None:
    # The whole of Tuesday in Berlin; a Medium issue has ten business days, until Monday 16 March, 09:00.
    accepted(world, begins_at=MONDAY + 15 * HOUR, ends_at=MONDAY + 39 * HOUR)
    issue = agreed(world, level="medium")
    live_through(MONDAY)
    clock = resolution(issue)
    assert clock.due_at == datetime(2026, 3, 13, 16, tzinfo=UTC)
    assert clock.adjusted_due_at == datetime(2026, 3, 16, 16, tzinfo=UTC)


def test_a_clock_that_has_run_out_or_stopped_before_does_not_fall_in(world: World) -> None:
    accepted(world)
    issue = agreed(world, at=MONDAY - 24 * HOUR)
    later = agreed(world, at=ENDS)
    live_through(ENDS + HOUR)
    assert not Coverage.objects.filter(obligation__issue__in=[issue.pk, later.pk]).exists()
    assert resolution(issue).adjusted_due_at == MONDAY


def test_what_both_parties_accept_afterwards_reaches_breaches_that_are_on_record(world: World) -> None:
    issue = agreed(world)
    live_through(MONDAY + 26 * HOUR)
    ending.resolve(issue=fresh(issue), note="Fixed.", actor=world.sam, now=MONDAY + 29 * HOUR)
    live_through(MONDAY + 30 * HOUR)
    assert resolution(issue).adjusted_outcome == "breached"
    accepted(world, now=MONDAY + 40 * HOUR, cause="force_majeure")
    live_through(MONDAY + 40 * HOUR)
    assert (resolution(issue).outcome, resolution(issue).adjusted_outcome) == ("breached", "met")


def test_two_times_in_a_row_both_count_whatever_their_order(world: World) -> None:
    issue = agreed(world)
    live_through(MONDAY)
    # The second begins only after the strict due instant, in the time that the first has added.
    accepted(world, begins_at=MONDAY + 26 * HOUR, ends_at=MONDAY + 28 * HOUR, now=MONDAY)
    live_through(MONDAY)
    assert resolution(issue).adjusted_due_at == MONDAY + 24 * HOUR
    accepted(world, now=MONDAY)
    live_through(MONDAY)
    assert resolution(issue).adjusted_due_at == MONDAY + 32 * HOUR


def test_a_waived_outcome_counts_on_neither_side_where_the_deadline_lies_in_the_time(world: World) -> None:
    accepted(world, effect="waived", begins_at=MONDAY + 20 * HOUR, ends_at=MONDAY + 30 * HOUR)
    inside, outside = agreed(world), agreed(world, at=MONDAY + 12 * HOUR)
    live_through(MONDAY + 40 * HOUR)
    assert resolution(inside).adjusted_outcome == "waived"
    assert resolution(outside).adjusted_outcome == "breached"
    assert {resolution(one).outcome for one in (inside, outside)} == {"breached"}


def test_a_breach_in_the_time_of_a_standing_exception_has_its_reason(world: World) -> None:
    accepted(world, effect="explanation", begins_at=MONDAY + 20 * HOUR, ends_at=MONDAY + 30 * HOUR)
    issue, other = agreed(world), agreed(world, at=MONDAY + 12 * HOUR)
    live_through(MONDAY + 40 * HOUR)
    assert reasons_missing(issue) == ["Response"]  # an hour after the report, long before
    assert reasons_missing(other) == ["Response", "Resolution"]


def test_only_the_clock_that_was_asked_for_is_covered(world: World) -> None:
    accepted(world, metric="response", begins_at=MONDAY, ends_at=MONDAY + 2 * HOUR)
    issue = agreed(world)
    live_through(MONDAY)
    due = dict(issue.obligations.values_list("metric", "adjusted_due_at"))
    assert due == {"response": MONDAY + 3 * HOUR, "resolution": MONDAY + 24 * HOUR}


def test_another_clients_issues_are_not_covered(world: World) -> None:
    accepted(world)
    other = report(world.charlie, level="critical", organization=world.globex)
    live_through(MONDAY)
    assert not Coverage.objects.filter(obligation__issue=other).exists()


def test_nothing_has_effect_before_the_client_accepts(world: World) -> None:
    issue = agreed(world)
    standing = request_standing(**asked(world, now=MONDAY))
    approve_standing(standing=standing, actor=world.lena, now=MONDAY)
    live_through(MONDAY + HOUR)
    assert resolution(issue).adjusted_due_at == MONDAY + 24 * HOUR
    contest_standing(standing=stored(standing), reason="Not our move.", actor=world.alice, now=MONDAY + HOUR)
    live_through(MONDAY + 40 * HOUR)
    assert resolution(issue).adjusted_outcome == "breached"


def test_the_clients_silence_accepts_at_the_end_of_its_period(world: World) -> None:
    issue = agreed(world)
    standing = request_standing(**asked(world, now=MONDAY))
    approve_standing(standing=standing, actor=world.lena, now=MONDAY)
    # Two business days from Monday 09:00, when support opens: Tuesday 17:00 in Berlin.
    assert stored(standing).answer_due_at == datetime(2026, 3, 3, 16, tzinfo=UTC)
    live_through(MONDAY + 40 * HOUR)
    assert (stored(standing).status, stored(standing).answered_by) == ("accepted", None)
    assert Event.objects.get(kind="standing.accepted").at == datetime(2026, 3, 3, 16, tzinfo=UTC)
    assert resolution(issue).adjusted_due_at == MONDAY + 30 * HOUR


def test_nobody_approves_what_they_asked_for_and_no_client_approves(world: World) -> None:
    standing = request_standing(**asked(world, actor=world.lena))
    with pytest.raises(Refused, match="another person"):
        approve_standing(standing=standing, actor=world.lena, now=BEFORE)
    with pytest.raises(NotAllowed):
        approve_standing(standing=standing, actor=world.alice, now=BEFORE)
    with pytest.raises(IntegrityError), transaction.atomic():
        StandingException.objects.filter(pk=standing.pk).update(approved_by=world.lena)


def test_one_without_an_end_cannot_be_stored(world: World) -> None:
    with pytest.raises(Refused, match="ends after it begins"):
        request_standing(**asked(world, ends_at=BEGINS))
    with pytest.raises(Refused, match="a year at most"):
        request_standing(**asked(world, ends_at=BEGINS + timedelta(days=400)))
    draft = drafted(**asked(world))
    for end in (None, BEGINS):
        setattr(draft, "ends_at", end)  # noqa: B010 – what the type forbids, the database has to refuse too
        with pytest.raises(IntegrityError), transaction.atomic():
            draft.save()


def test_people_are_reminded_once_seven_days_before_the_end(world: World) -> None:
    ends = MONDAY + timedelta(days=30)
    accepted(world, ends_at=ends, cause="force_majeure")
    live_through(ends - timedelta(days=7, microseconds=1))
    reminders = Message.objects.filter(kind="standing-ends-soon")
    assert not reminders.exists()
    live_through(ends)
    told = list(reminders.order_by("recipient__name").values_list("recipient__name", "created_at"))
    seven = ends - timedelta(days=7)
    assert told == [("Alice", seven), ("Lena", seven), ("Sam", seven), ("Vera", seven)]


def test_a_short_one_is_not_reminded_of(world: World) -> None:
    assert accepted(world, now=BEGINS - 10 * HOUR).remind_at is None


def test_ended_before_its_time_the_rest_counts_again(world: World) -> None:
    standing = accepted(world)
    issue = agreed(world)
    live_through(MONDAY + 14 * HOUR)
    end_standing(standing=standing, actor=world.sam, now=MONDAY + 14 * HOUR)
    live_through(MONDAY + 14 * HOUR)
    assert resolution(issue).adjusted_due_at == MONDAY + 26 * HOUR
    with pytest.raises(Refused, match="ended already"):
        end_standing(standing=stored(standing), actor=world.sam, now=MONDAY + 15 * HOUR)


def test_called_off_before_it_begins_it_covers_nothing(world: World) -> None:
    standing = accepted(world)
    issue = agreed(world)
    live_through(MONDAY)
    end_standing(standing=standing, actor=world.sam, now=MONDAY + HOUR)
    live_through(MONDAY + HOUR)
    assert resolution(issue).adjusted_due_at == MONDAY + 24 * HOUR


def test_the_preview_names_what_would_change_before_anybody_confirms(world: World) -> None:
    issue, low = agreed(world), agreed(world, level="low", at=MONDAY - HOUR)
    ending.resolve(issue=fresh(low), note="Fixed.", actor=world.sam, now=MONDAY)
    live_through(MONDAY + HOUR)
    draft = drafted(**asked(world, now=MONDAY + HOUR))
    lines, many = preview(draft, member=world.sam, now=MONDAY + HOUR)
    assert many == 1
    assert [(one.obligation.issue_id, one.before, one.after) for one in lines] == [
        (issue.pk, MONDAY + 24 * HOUR, MONDAY + 30 * HOUR)
    ]
    accepted(world, now=MONDAY + HOUR)
    live_through(MONDAY + HOUR)
    assert {one.obligation_id for one in Coverage.objects.all()} == {resolution(issue).pk}


def test_the_events_alone_give_the_same_clock(world: World) -> None:
    standing = accepted(world)
    issue = agreed(world)
    live_through(MONDAY + 14 * HOUR)
    end_standing(standing=standing, actor=world.sam, now=MONDAY + 14 * HOUR)
    live_through(MONDAY + 50 * HOUR)
    for clock in fresh(issue).obligations.all():
        clock.issue = fresh(issue)
        reckoning = reckoning_of(clock, events=clock_events(issue), now=MONDAY + 50 * HOUR)
        assert (clock.adjusted_due_at, clock.adjusted_outcome) == (
            reckoning.adjusted_due,
            reckoning.adjusted_outcome or "",
        )


def test_a_request_stays_with_the_vendor_until_it_is_approved(world: World) -> None:
    standing = request_standing(**asked(world))
    assert not StandingException.objects.visible_to(world.alice).exists()
    assert StandingException.objects.visible_to(world.lena).exists()
    reject_standing(standing=standing, reason="No plan.", actor=world.lena, now=BEFORE)
    assert not StandingException.objects.visible_to(world.alice).exists()
    assert Message.objects.filter(kind="standing-refused").get().recipient == world.sam.user
    kept = accepted(world)
    assert list(standing_of(kept.agreement, member=world.alice, now=BEGINS)) == [kept]
    assert not StandingException.objects.visible_to(world.charlie).exists()
