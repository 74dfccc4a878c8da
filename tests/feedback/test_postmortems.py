"""The life of a post-mortem: owed, drafted from the record, reviewed by another, published, corrected, waived."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from slaportal.accounts.permissions import NotAllowed
from slaportal.feedback.models import PostMortem, PostMortemEdition, PostMortemRevision
from slaportal.feedback.selectors import drafts
from slaportal.feedback.services import postmortems
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.feedback import writing
from tests.feedback.writing import again, drafted, published, resolved, written
from tests.world import HOUR, MONDAY, World, make_world, report

DAY = timedelta(days=1)
LATER = MONDAY + 48 * HOUR


@pytest.fixture
def world(db: None) -> World:
    """The usual world under a policy that owes a post-mortem for Critical and High within ten business days."""
    return make_world(owes_postmortem=True)


@pytest.mark.parametrize(
    ("level", "owes"), [("critical", True), ("high", True), ("medium", False), ("low", False)]
)
def test_the_levels_of_the_policy_owe_a_postmortem(world: World, level: str, owes: bool) -> None:
    issue = resolved(world, level=level)
    postmortems.sweep(now=MONDAY + 5 * HOUR)
    assert PostMortem.objects.filter(issue=issue).exists() is owes


def test_an_open_issue_owes_none_yet(world: World) -> None:
    report(world.bob, level="critical")
    assert postmortems.sweep(now=MONDAY + DAY) == 0
    assert not PostMortem.objects.exists()


def test_it_is_due_ten_business_days_after_the_resolution(world: World) -> None:
    # Resolved Monday 2 March 13:00 in Berlin, open 09:00 to 17:00: half of that day is left, so ten days end on
    # Monday 16 March at 13:00 in Berlin, which is 12:00 UTC.
    assert drafted(world).due_at == datetime(2026, 3, 16, 12, tzinfo=UTC)


def test_its_owner_is_the_lead_who_gave_the_issue_to_the_assignee_and_is_told(world: World) -> None:
    one = drafted(world)
    assert one.owner == world.lena
    assert Message.objects.filter(kind="postmortem-due", recipient=world.lena.user).count() == 1


def test_without_an_assignment_it_belongs_to_the_lead_with_least_to_write(world: World) -> None:
    issue = resolved(world, lead=False)
    postmortems.sweep(now=MONDAY + 5 * HOUR)
    assert PostMortem.objects.get(issue=issue).owner == world.lena


def test_two_sweeps_make_one(world: World) -> None:
    drafted(world)
    assert postmortems.sweep(now=MONDAY + 5 * HOUR) == 0
    assert PostMortem.objects.count() == 1


def test_history_before_the_agreement_counts_owes_nothing(world: World) -> None:
    issue = resolved(world)
    issue.agreement.counts_from = MONDAY + DAY
    issue.agreement.save(update_fields=["counts_from"])
    assert postmortems.sweep(now=MONDAY + 2 * DAY) == 0


def test_the_draft_holds_the_events_that_tell_the_story(world: World) -> None:
    one = drafted(world)
    ticked = [
        line.entry.event.kind for line in drafts.lines_of(one, reader=world.sam) if line.ticked and line.entry
    ]
    assert ticked == ["issue.submitted", "classification.agreed", "comment.added", "issue.resolved"]


def test_a_tick_takes_an_event_in_or_out_and_own_entries_have_their_own_time(world: World) -> None:
    one = drafted(world)
    submitted = Event.objects.get(subject=one.issue.reference, kind="issue.submitted")
    postmortems.tick(postmortem=one, events=[submitted.pk], actor=world.sam, now=LATER)
    postmortems.add_entry(
        postmortem=again(one),
        at=MONDAY - HOUR,
        text="The certificate ran out.",
        for_client=True,
        actor=world.sam,
        now=LATER,
    )
    shown = [line for line in drafts.lines_of(again(one), reader=world.sam) if line.ticked]
    assert [line.own.text if line.own else line.entry and line.entry.event.kind for line in shown] == [
        "The certificate ran out.",
        "issue.submitted",
    ]


def test_events_of_other_issues_cannot_be_ticked(world: World) -> None:
    one, other = drafted(world), report(world.charlie, at=MONDAY)
    foreign = Event.objects.filter(subject=other.reference).first()
    assert foreign is not None
    postmortems.tick(postmortem=one, events=[foreign.pk], actor=world.sam, now=LATER)
    assert not one.entries.exists()


def test_an_empty_draft_says_everything_that_it_lacks(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        postmortems.submit(postmortem=drafted(world), actor=world.sam, now=LATER)
    for words in ("Summary", "Impact", "Detection", "Trigger", "factor", "action", "client"):
        assert words in str(refusal.value)


def test_no_action_needs_a_because(world: World) -> None:
    one = written(drafted(world), world.sam, now=LATER, action=False)
    with pytest.raises(Refused, match="No action is committed"):
        postmortems.submit(postmortem=one, actor=world.sam, now=LATER)
    texts = {**writing.TEXTS, "none_needed": "The product is withdrawn next week."}
    one = again(one)
    postmortems.save_texts(
        postmortem=one, texts=texts, check_on=None, seen=one.version, actor=world.sam, now=LATER
    )
    postmortems.submit(postmortem=again(one), actor=world.sam, now=LATER)
    assert again(one).state == "review"


def test_an_idea_is_no_commitment(world: World) -> None:
    one = written(drafted(world), world.sam, now=LATER, action=False)
    postmortems.add_idea(postmortem=one, kind="prevent", text="Renew by itself", actor=world.sam, now=LATER)
    with pytest.raises(Refused, match="No action is committed"):
        postmortems.submit(postmortem=again(one), actor=world.sam, now=LATER)


def test_nobody_who_wrote_at_it_can_release_it(world: World) -> None:
    one = written(drafted(world), world.lena, now=LATER)
    postmortems.submit(postmortem=one, actor=world.sam, now=LATER)
    with pytest.raises(Refused, match="another person must release it"):
        postmortems.approve(postmortem=again(one), actor=world.lena, now=LATER)
    postmortems.approve(postmortem=again(one), actor=world.vera, now=LATER)
    with pytest.raises(Refused, match="another person must release it"):
        postmortems.publish(postmortem=again(one), actor=world.lena, now=LATER)


def test_an_agent_cannot_release_and_the_client_can_neither_write_nor_release(world: World) -> None:
    one = written(drafted(world), world.lena, now=LATER)
    postmortems.submit(postmortem=one, actor=world.lena, now=LATER)
    for member in (world.sam, world.alice, world.bob, world.charlie, world.ada):
        with pytest.raises(NotAllowed):
            postmortems.approve(postmortem=again(one), actor=member, now=LATER)
    for member in (world.alice, world.bob, world.charlie, world.vera, world.ada):
        with pytest.raises(NotAllowed):
            postmortems.take_back(postmortem=again(one), actor=member, now=LATER)


def test_the_database_refuses_an_author_who_reviews(world: World) -> None:
    one = written(drafted(world), world.sam, now=LATER)
    with pytest.raises(IntegrityError, match="postmortem_four_eyes"), transaction.atomic():
        PostMortem.objects.filter(pk=one.pk).update(submitted_by=world.lena, reviewed_by=world.lena)


def test_the_database_refuses_an_edition_released_by_somebody_who_wrote_at_it(world: World) -> None:
    one = written(drafted(world), world.lena, now=LATER)
    postmortems.submit(postmortem=one, actor=world.sam, now=LATER)
    with pytest.raises(DatabaseError, match="can neither review nor publish"), transaction.atomic():
        PostMortemEdition.objects.create(
            postmortem=one,
            number=1,
            content={},
            client={},
            author=world.sam,
            reviewed_by=world.vera,
            published_by=world.lena,
            published_at=LATER,
        )


def test_a_review_is_of_exactly_what_was_seen(world: World) -> None:
    one = written(drafted(world), world.sam, now=LATER)
    postmortems.submit(postmortem=one, actor=world.sam, now=LATER)
    seen = again(one)
    postmortems.take_back(postmortem=again(one), actor=world.sam, now=LATER)
    postmortems.submit(postmortem=again(one), actor=world.sam, now=LATER)
    with pytest.raises(postmortems.Conflict):
        postmortems.approve(postmortem=seen, actor=world.lena, now=LATER)


def test_what_was_sent_back_goes_to_its_author_with_the_reason(world: World) -> None:
    one = written(drafted(world), world.sam, now=LATER)
    postmortems.submit(postmortem=one, actor=world.sam, now=LATER)
    postmortems.send_back(postmortem=again(one), reason="How was it noticed?", actor=world.lena, now=LATER)
    assert (again(one).state, again(one).returned_because) == ("draft", "How was it noticed?")
    told = Message.objects.get(kind="postmortem-sent-back")
    assert (told.recipient_id, told.context["reason"]) == (world.sam.user_id, "How was it noticed?")


def test_a_published_edition_cannot_be_changed_or_removed(world: World) -> None:
    edition = published(world).editions.get()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        PostMortemEdition.objects.filter(pk=edition.pk).update(client={"text": "Nothing happened."})
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        edition.delete()


def test_a_saved_text_cannot_be_changed_or_removed(world: World) -> None:
    published(world)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        PostMortemRevision.objects.update(texts={})


def test_a_correction_is_a_new_edition_that_says_what_it_corrects(world: World) -> None:
    one = published(world)
    first = one.editions.get()
    now = MONDAY + 5 * DAY
    postmortems.correct(postmortem=one, actor=world.sam, now=now)
    one = again(one)
    texts = {**one.texts(), "impact": "Every third call failed."}
    postmortems.save_texts(
        postmortem=one, texts=texts, check_on=None, seen=one.version, actor=world.sam, now=now
    )
    postmortems.submit(postmortem=again(one), actor=world.sam, now=now)
    postmortems.approve(postmortem=again(one), actor=world.lena, now=now)
    with pytest.raises(Refused, match="what this edition corrects"):
        postmortems.publish(postmortem=again(one), actor=world.vera, now=now)
    second = postmortems.publish(
        postmortem=again(one), actor=world.vera, now=now, correction="Fewer calls failed than we said."
    )
    first.refresh_from_db()
    assert first.content["sections"]["impact"] == "Every second call of Acme failed."
    assert (second.number, second.content["sections"]["impact"]) == (2, "Every third call failed.")


def test_an_author_of_the_first_edition_may_review_the_second(world: World) -> None:
    one = published(world)
    now = MONDAY + 5 * DAY
    postmortems.correct(postmortem=one, actor=world.sam, now=now)
    written_by = again(one)
    postmortems.save_texts(
        postmortem=written_by,
        texts={**written_by.texts(), "lucky": "Nothing."},
        check_on=None,
        seen=written_by.version,
        actor=world.lena,
        now=now,
    )
    postmortems.submit(postmortem=again(one), actor=world.lena, now=now)
    postmortems.approve(postmortem=again(one), actor=world.vera, now=now)
    assert again(one).state == "reviewed"


def test_the_ledger_repeats_the_hash_of_what_was_published(world: World) -> None:
    one = published(world)
    event = Event.objects.get(subject=one.issue.reference, kind="postmortem.published")
    assert json.loads(event.payload)["data"]["content_sha256"] == one.editions.get().content_hash
    assert len(one.editions.get().content_hash) == 64
