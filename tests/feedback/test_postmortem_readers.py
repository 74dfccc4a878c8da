"""Who reads what of a post-mortem, and what it leaves in the record."""

import json
from datetime import timedelta

import pytest

from slaportal.accounts.permissions import NotAllowed
from slaportal.feedback.models import PostMortem
from slaportal.feedback.services import postmortems
from slaportal.issues.selectors.timeline import timeline
from slaportal.issues.services import classification, ending, work
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.feedback.writing import again, drafted, published, written
from tests.world import HOUR, MONDAY, World, fresh, make_world, report

DAY = timedelta(days=1)
LATER = MONDAY + 48 * HOUR


def kinds_of(postmortem: PostMortem) -> list[str]:
    events = Event.objects.about(postmortem.issue.reference).filter(kind__startswith="postmortem.")
    return [one.kind for one in events]


@pytest.fixture
def world(db: None) -> World:
    """The usual world under a policy that owes a post-mortem for Critical and High within ten business days."""
    return make_world(owes_postmortem=True)


def test_the_client_reads_roles_instead_of_names_and_nothing_from_inside_the_vendor(world: World) -> None:
    one = drafted(world)
    work.note(issue=fresh(one.issue), body="Their admin is slow.", actor=world.sam, now=LATER)
    notes = Event.objects.filter(subject=one.issue.reference).values_list("pk", flat=True)
    postmortems.tick(postmortem=again(one), events=list(notes), actor=world.sam, now=LATER)
    postmortems.add_entry(
        postmortem=again(one),
        at=LATER,
        text="Sam rang Lena about the supplier.",
        for_client=False,
        actor=world.sam,
        now=LATER,
    )
    one = written(one, world.sam, now=LATER)
    postmortems.submit(postmortem=one, actor=world.sam, now=LATER)
    postmortems.approve(postmortem=again(one), actor=world.lena, now=LATER)
    edition = postmortems.publish(postmortem=again(one), actor=world.vera, now=LATER)
    for_client = json.dumps(edition.client)
    for word in ("Sam", "Lena", "note", "supplier", "by chance"):
        assert word not in for_client
    assert "the vendor agent renewed it" in edition.client["text"]
    assert "the vendor agent rang the vendor lead about the supplier." in json.dumps(edition.content)


def test_both_parties_read_the_publication_and_only_the_vendor_the_work_on_it(world: World) -> None:
    one = published(world)
    mine = {entry.event.kind for entry in timeline(one.issue, reader=world.sam, group="learning")}
    theirs = {entry.event.kind for entry in timeline(one.issue, reader=world.alice, group="learning")}
    assert theirs == {"postmortem.due", "postmortem.published"}
    assert mine > theirs | {"postmortem.edited", "postmortem.submitted", "postmortem.reviewed"}


def test_the_managers_of_the_client_are_told_and_publish_it_to_their_colleagues(world: World) -> None:
    edition = published(world).editions.get()
    assert Message.objects.filter(kind="postmortem-published", recipient=world.alice.user).exists()
    assert not Message.objects.filter(recipient=world.bob.user, kind__startswith="postmortem-").exists()
    with pytest.raises(NotAllowed):
        postmortems.accept(edition=edition, actor=world.bob, now=LATER)
    with pytest.raises(NotAllowed):
        postmortems.accept(edition=edition, actor=world.charlie, now=LATER)
    postmortems.accept(edition=edition, actor=world.alice, now=MONDAY + 4 * DAY)
    assert Message.objects.filter(kind="postmortem-shared", recipient=world.bob.user).exists()
    with pytest.raises(Refused, match="already"):
        postmortems.accept(edition=edition, actor=world.alice, now=MONDAY + 5 * DAY)


def test_every_act_of_a_postmortem_has_words_in_the_timeline(world: World) -> None:
    one = published(world)
    for entry in timeline(one.issue, reader=world.sam):
        assert ": " not in entry.what or entry.event.kind == "progress.made", entry.event.kind


def test_a_level_that_is_settled_after_the_resolution_still_owes_one(world: World) -> None:
    issue = report(world.bob, level="medium")
    work.comment(issue=fresh(issue), body="We look.", actor=world.sam, now=MONDAY + HOUR)
    classification.counter(
        issue=fresh(issue), level="high", reason="More than you saw.", actor=world.sam, now=MONDAY + 2 * HOUR
    )
    ending.resolve(issue=fresh(issue), note="Done.", actor=world.sam, now=MONDAY + 3 * HOUR)
    postmortems.sweep(now=MONDAY + 4 * HOUR)
    assert PostMortem.objects.filter(issue=issue).exists()


def test_acts_follow_one_another_in_the_ledger(world: World) -> None:
    assert kinds_of(published(world)) == [
        "postmortem.due",
        "postmortem.edited",
        "postmortem.edited",
        "postmortem.submitted",
        "postmortem.reviewed",
        "postmortem.published",
    ]
