"""Following an issue: oneself, colleagues, and nobody from elsewhere."""

import pytest

from slaportal.accounts.permissions import NotAllowed
from slaportal.issues.models import Issue
from slaportal.issues.selectors.timeline import timeline
from slaportal.issues.services.following import unwatch, watch
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.notifications.models import Message
from tests.world import HOUR, MONDAY, World, report

pytestmark = pytest.mark.django_db
LATER = MONDAY + HOUR


def test_a_colleague_who_follows_sees_the_issue_and_is_told(world: World) -> None:
    issue = report(world.alice)
    assert not Issue.objects.visible_to(world.bob).exists()
    assert watch(issue=issue, who=world.bob, actor=world.alice, now=LATER)
    assert Issue.objects.visible_to(world.bob).get() == issue
    assert Message.objects.filter(kind="watcher-added", recipient=world.bob.user).count() == 1


def test_following_twice_is_following_once(world: World) -> None:
    issue = report(world.alice)
    assert watch(issue=issue, who=world.alice, actor=world.alice, now=LATER)
    assert not watch(issue=issue, who=world.alice, actor=world.alice, now=LATER)
    assert Event.objects.filter(kind="issue.watched").count() == 1
    assert not Message.objects.filter(kind="watcher-added").exists()


def test_nobody_of_another_organization_can_be_made_a_follower(world: World) -> None:
    issue = report(world.alice)
    for stranger in (world.charlie, world.sam):
        with pytest.raises(Refused):
            watch(issue=issue, who=stranger, actor=world.alice, now=LATER)
    assert not issue.watchers.exists()


def test_a_reporter_adds_colleagues_to_their_own_issue_only(world: World) -> None:
    own, other = report(world.bob), report(world.alice)
    assert watch(issue=own, who=world.alice, actor=world.bob, now=LATER)
    with pytest.raises(NotAllowed):
        watch(issue=other, who=world.bob, actor=world.bob, now=LATER)


def test_strangers_and_the_vendor_add_nobody(world: World) -> None:
    issue = report(world.alice)
    for actor in (world.charlie, world.sam, world.lena):
        with pytest.raises(NotAllowed):
            watch(issue=issue, who=world.bob, actor=actor, now=LATER)


def test_who_follows_can_stop_and_a_stranger_cannot_make_them(world: World) -> None:
    issue = report(world.alice)
    watch(issue=issue, who=world.bob, actor=world.alice, now=LATER)
    with pytest.raises(NotAllowed):
        unwatch(issue=issue, who=world.bob, actor=world.charlie, now=LATER)
    assert unwatch(issue=issue, who=world.bob, actor=world.bob, now=LATER)
    assert not unwatch(issue=issue, who=world.bob, actor=world.bob, now=LATER)
    assert not Issue.objects.visible_to(world.bob).exists()


def test_the_history_says_who_follows_since_when(world: World) -> None:
    issue = report(world.alice)
    watch(issue=issue, who=world.bob, actor=world.alice, now=LATER)
    unwatch(issue=issue, who=world.bob, actor=world.bob, now=LATER)
    watch(issue=issue, who=world.alice, actor=world.alice, now=LATER)
    said = [one.what for one in timeline(issue, reader=world.sam)][:3]
    assert said == ["follows the issue now", "follows the issue no more", "added Bob as a follower"]
