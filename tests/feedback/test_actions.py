"""Committed actions: a day that ends in the agreement's zone, a reminder each week, an end with a result."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from slaportal.accounts.permissions import NotAllowed
from slaportal.feedback import selectors
from slaportal.feedback.models import ActionItem, PostMortem
from slaportal.feedback.selectors import drafts
from slaportal.feedback.selectors.factors import Quarter, factors_over_time, last_quarters, quarter_of
from slaportal.feedback.selectors.hints import hints
from slaportal.feedback.services import postmortems
from slaportal.feedback.services.postmortems.committing import end_of
from slaportal.feedback.services.postmortems.sweeping import next_reminder, remind_action
from slaportal.lib.refusal import Refused
from slaportal.notifications import kinds
from slaportal.notifications.models import Message
from slaportal.notifications.rendering import render
from tests.feedback.writing import again, commit, drafted, published, written
from tests.world import HOUR, MONDAY, World, make_world

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LATER = MONDAY + 48 * HOUR


@pytest.fixture
def world(db: None) -> World:
    """The usual world under a policy that owes post-mortems."""
    return make_world(owes_postmortem=True)


def only() -> ActionItem:
    return ActionItem.objects.select_related("postmortem__issue__agreement", "owner__user").get()


def reminded(kind: str) -> int:
    return Message.objects.filter(kind=kind).count()


# --- days and reminders


@pytest.mark.parametrize(
    ("day", "zone", "ends"),
    [
        (date(2026, 3, 6), "Europe/Berlin", datetime(2026, 3, 6, 23, tzinfo=UTC)),
        (date(2026, 7, 6), "Europe/Berlin", datetime(2026, 7, 6, 22, tzinfo=UTC)),
        (date(2026, 3, 6), "America/New_York", datetime(2026, 3, 7, 5, tzinfo=UTC)),
        (
            date(2026, 3, 28),
            "Europe/Berlin",
            datetime(2026, 3, 28, 23, tzinfo=UTC),
        ),  # the night of summer time
    ],
)
def test_a_day_ends_at_midnight_of_the_agreements_zone(day: date, zone: str, ends: datetime) -> None:
    assert end_of(day, zone=zone) == ends


def test_an_action_is_overdue_from_the_end_of_its_day_and_not_before(world: World) -> None:
    published(world)  # due on 8 March, which ends at 23:00 UTC in Berlin
    ends = datetime(2026, 3, 8, 23, tzinfo=UTC)
    assert only().overdue_from == ends
    assert not selectors.overdue_actions(now=ends - timedelta(microseconds=1)).exists()
    assert selectors.overdue_actions(now=ends).get() == only()


def test_its_owner_is_reminded_every_week_once_however_often_the_sweep_runs(world: World) -> None:
    published(world)
    overdue = only().overdue_from
    assert overdue is not None
    postmortems.sweep(now=overdue - HOUR)
    assert reminded("action-overdue") == 0
    for now in (overdue, overdue + HOUR, overdue + 6 * DAY):
        postmortems.sweep(now=now)
        assert reminded("action-overdue") == 1
    postmortems.sweep(now=overdue + WEEK)
    assert reminded("action-overdue") == 2
    told = Message.objects.filter(kind="action-overdue").values_list("recipient", flat=True)
    assert set(told) == {world.sam.user_id}


def test_a_sweep_that_is_three_weeks_late_reminds_once() -> None:
    seen = MONDAY
    assert next_reminder(seen, now=seen) == seen + WEEK
    assert next_reminder(seen, now=seen + 22 * DAY) == seen + 4 * WEEK
    assert next_reminder(seen, now=seen + 3 * WEEK) == seen + 4 * WEEK


def test_two_sweeps_at_once_remind_once(world: World) -> None:
    published(world)
    first, second = only(), only()
    assert first.overdue_from is not None
    assert remind_action(first, now=first.overdue_from)
    assert not remind_action(second, now=first.overdue_from)
    assert reminded("action-overdue") == 1


def test_when_its_owner_is_gone_the_leads_are_reminded(world: World) -> None:
    published(world)
    world.sam.active = False
    world.sam.save(update_fields=["active"])
    overdue = only().overdue_from
    assert overdue is not None
    postmortems.sweep(now=overdue)
    assert Message.objects.get(kind="action-overdue").recipient_id == world.lena.user_id


def test_an_overdue_postmortem_is_reminded_of_every_week_until_it_is_published(world: World) -> None:
    one = drafted(world)
    for weeks, count in ((0, 1), (0, 1), (1, 2)):
        postmortems.sweep(now=one.due_at + weeks * WEEK)
        assert reminded("postmortem-overdue") == count
    assert selectors.overdue_postmortems(now=one.due_at, organization=world.acme).get() == one
    assert not selectors.overdue_postmortems(now=one.due_at, member=world.charlie).exists()


def test_what_ended_is_reminded_of_no_more(world: World) -> None:
    published(world)
    action = only()
    postmortems.end_action(action=action, done=True, outcome="Live.", actor=world.sam, now=MONDAY + 4 * DAY)
    postmortems.sweep(now=MONDAY + 30 * DAY)
    assert reminded("action-overdue") == 0
    with pytest.raises(Refused, match="ended already"):
        postmortems.end_action(action=action, done=False, outcome="No.", actor=world.sam, now=LATER)


# --- ending and postponing


def test_dropping_an_action_needs_a_reason(world: World) -> None:
    published(world)
    with pytest.raises(Refused, match="why it is dropped"):
        postmortems.end_action(action=only(), done=False, outcome=" ", actor=world.sam, now=LATER)
    with pytest.raises(IntegrityError, match="action_dropped_with_reason"), transaction.atomic():
        ActionItem.objects.update(state="dropped", ended_by=world.sam, ended_at=LATER, remind_at=None)


def test_a_committed_action_without_owner_cannot_be_stored(world: World) -> None:
    published(world)
    with pytest.raises(IntegrityError, match="action_committed_has_owner_and_day"), transaction.atomic():
        ActionItem.objects.update(owner=None)


def test_only_the_owner_or_a_lead_changes_an_action(world: World) -> None:
    published(world)
    for member in (world.vera, world.alice, world.ada):
        with pytest.raises(NotAllowed):
            postmortems.end_action(action=only(), done=True, outcome="x", actor=member, now=LATER)
    postmortems.end_action(action=only(), done=True, outcome="x", actor=world.lena, now=MONDAY + 4 * DAY)
    assert only().state == "done"


def test_another_day_needs_a_reason_and_moves_the_reminder(world: World) -> None:
    published(world)
    with pytest.raises(Refused, match="takes longer"):
        postmortems.postpone(action=only(), due_on=date(2026, 4, 1), reason="", actor=world.sam, now=LATER)
    postmortems.postpone(
        action=only(), due_on=date(2026, 4, 1), reason="Parts are late.", actor=world.sam, now=LATER
    )
    assert only().overdue_from == only().remind_at == datetime(2026, 4, 1, 22, tzinfo=UTC)


def test_an_idea_becomes_a_commitment_when_somebody_takes_it(world: World) -> None:
    one = written(drafted(world), world.sam, now=LATER, action=False)
    idea = postmortems.add_idea(
        postmortem=one, kind="prevent", text="Renew by itself", actor=world.sam, now=LATER
    )
    assert not selectors.overdue_actions(now=MONDAY + 300 * DAY).exists()
    postmortems.commit_idea(
        postmortem=again(one),
        idea=idea.pk,
        owner=world.lena,
        due_on=date(2026, 3, 20),
        actor=world.sam,
        now=LATER,
    )
    assert (only().state, only().owner) == ("open", world.lena)
    assert Message.objects.filter(kind="action-assigned", recipient=world.lena.user).exists()


def test_a_client_cannot_own_an_action(world: World) -> None:
    one = drafted(world)
    with pytest.raises(Refused, match="cannot own"):
        commit(one, world.sam, now=LATER, owner=world.alice)


def test_what_was_promised_cannot_be_taken_off_a_correction(world: World) -> None:
    one = published(world)
    postmortems.correct(postmortem=one, actor=world.sam, now=MONDAY + 4 * DAY)
    with pytest.raises(Refused, match="stays"):
        postmortems.remove_action(
            postmortem=again(one), action=only().pk, actor=world.sam, now=MONDAY + 4 * DAY
        )


# --- who sees them, and how punctual they were


def test_a_client_sees_what_was_promised_to_it_and_nothing_of_drafts(world: World) -> None:
    one = written(drafted(world), world.sam, now=LATER)
    assert not ActionItem.objects.visible_to(world.alice).exists()
    postmortems.submit(postmortem=one, actor=world.sam, now=LATER)
    postmortems.approve(postmortem=again(one), actor=world.lena, now=LATER)
    postmortems.publish(postmortem=again(one), actor=world.vera, now=LATER)
    assert ActionItem.objects.visible_to(world.alice).get() == only()
    assert not ActionItem.objects.visible_to(world.charlie).exists()
    assert selectors.overdue_actions(now=MONDAY + 30 * DAY, organization=world.acme).get() == only()
    assert not selectors.overdue_actions(now=MONDAY + 30 * DAY, organization=world.globex).exists()


def test_punctuality_counts_what_fell_due_in_the_period(world: World) -> None:
    published(world)  # due on 16 March 12:00 UTC, published on 4 March; its action is due on 8 March
    month = {"begin": datetime(2026, 3, 1, tzinfo=UTC), "end": datetime(2026, 4, 1, tzinfo=UTC)}
    assert selectors.postmortem_punctuality(organization=world.acme, **month) == selectors.Punctuality(1, 1)
    assert selectors.action_punctuality(organization=world.acme, **month) == selectors.Punctuality(1, 0)
    postmortems.end_action(action=only(), done=True, outcome="Live.", actor=world.sam, now=MONDAY + 4 * DAY)
    assert selectors.action_punctuality(organization=world.acme, **month) == selectors.Punctuality(1, 1)
    nothing = selectors.Punctuality(0, 0)
    assert selectors.action_punctuality(organization=world.globex, **month) == nothing


# --- words


def test_the_same_factor_in_other_letters_is_the_same_factor(world: World) -> None:
    published(world)
    assert drafts.known_name("technical", "certificate NOT watched") == "Certificate not watched"
    assert drafts.known_name("process", "certificate NOT watched") == "certificate NOT watched"


def test_only_published_factors_count_and_each_in_the_quarter_of_its_resolution(world: World) -> None:
    one = published(world)
    found = factors_over_time(world.lena, now=MONDAY + 40 * DAY, zone=UTC)  # 11 April
    assert [
        (str(one), count) for one, count in zip(found.quarters, found.factors[0].by_quarter, strict=True)
    ] == [
        ("2025 Q3", 0),
        ("2025 Q4", 0),
        ("2026 Q1", 1),
        ("2026 Q2", 0),
    ]
    assert {kind.kind: kind.total for kind in found.kinds} == {
        "technical": 1,
        "process": 0,
        "communication": 0,
        "external": 0,
    }
    PostMortem.objects.filter(pk=one.pk).update(published_at=None, state="reviewed")
    assert factors_over_time(world.lena, now=MONDAY + 40 * DAY, zone=UTC).factors == []


def test_quarters_follow_one_another_over_the_turn_of_a_year() -> None:
    assert quarter_of(datetime(2026, 3, 31, 23, 59, tzinfo=UTC), UTC) == Quarter(2026, 1)
    assert quarter_of(datetime(2026, 4, 1, tzinfo=UTC), UTC) == Quarter(2026, 2)
    assert [str(one) for one in last_quarters(Quarter(2026, 2), 3)] == ["2025 Q4", "2026 Q1", "2026 Q2"]


def test_blame_and_names_get_a_gentle_hint(world: World) -> None:
    one = written(drafted(world), world.sam, now=LATER)
    one.impact = "The operator should have known; it was careless."
    found = {hint.section: (hint.names, hint.words) for hint in hints(one)}
    assert found["Impact"] == ([], ["careless", "should have"])
    assert found["Text for the client"] == (["Sam"], [])


@pytest.mark.parametrize(
    "kind",
    [
        one.key
        for _title, group in kinds.GROUPS
        for one in group
        if one.key.startswith(("postmortem-", "action-"))
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_message_reads_well_with_and_without_its_facts(kind: str, language: str) -> None:
    reader = SimpleNamespace(language=language, timezone="Europe/Berlin")
    facts = {
        "reference": "ISS-1",
        "title": "Tokens",
        "actor": "Lena",
        "actor_party": "Vendor",
        "organization": "Acme",
    }
    facts |= {
        "due_at": "2026-03-16T12:00:00+00:00",
        "reason": "Because.",
        "text": "Watch dates",
        "url": "/post-mortems/PM-1",
    }
    with translation.override(language):
        full = render(kinds.get(kind), context=facts, reader=reader)
        bare = render(kinds.get(kind), context={}, reader=reader)
    assert "/post-mortems/PM-1" in full.text
    for mail in (full, bare):
        assert "None" not in mail.text
        assert "  " not in mail.subject
        assert ": ." not in mail.text
        assert " ." not in mail.text
