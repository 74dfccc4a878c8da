"""A post-mortem and the people around it: made as the portal makes them, in as few words as a test needs."""

from datetime import datetime, timedelta

from slaportal.accounts.models import Membership
from slaportal.feedback.models import ActionItem, PostMortem
from slaportal.feedback.services import postmortems
from slaportal.issues.models import Issue
from slaportal.issues.services import classification, ending, work
from tests.world import HOUR, MONDAY, World, fresh
from tests.world import report as report_issue

TEXTS = {
    "summary": "Tokens came back empty for two days.",
    "impact": "Every second call of Acme failed.",
    "detection": "By the client, one day late.",
    "trigger": "A certificate ran out.",
    "resolution": "The certificate was renewed.",
    "went_well": "The rollback was quick.",
    "went_poorly": "Sam heard of it by chance.",
    "lucky": "It was a quiet week.",
    "client_text": "A certificate ran out and calls failed. Sam renewed it.",
}


def resolved(world: World, *, level: str = "high", at: datetime = MONDAY, lead: bool = True) -> Issue:
    """Return an issue of acme that sam resolved four hours after bob reported it; lena had given it to him."""
    issue = report_issue(world.bob, level=level, at=at)
    if lead:
        work.assign(issue=fresh(issue), to=world.sam, actor=world.lena, now=at + HOUR / 4)
    classification.agree(issue=fresh(issue), actor=world.sam, now=at + HOUR / 2)
    work.comment(issue=fresh(issue), body="We look into it.", actor=world.sam, now=at + HOUR)
    ending.resolve(issue=fresh(issue), note="Renewed.", actor=world.sam, now=at + 4 * HOUR)
    return fresh(issue)


def drafted(world: World, *, level: str = "high", at: datetime = MONDAY) -> PostMortem:
    """Return the draft that the sweep makes five minutes after the resolution."""
    issue = resolved(world, level=level, at=at)
    postmortems.sweep(now=at + 4 * HOUR + timedelta(minutes=5))
    return again(PostMortem.objects.get(issue=issue))


def again(postmortem: PostMortem) -> PostMortem:
    """Return the post-mortem as it is stored now."""
    found = PostMortem.objects.select_related(
        *("issue__organization", "issue__agreement__policy_version", "issue__agreement__calendar"),
        *("owner__user", "submitted_by__user", "reviewed_by__user", "waiver_by__user"),
    )
    return found.get(pk=postmortem.pk)


def written(postmortem: PostMortem, by: Membership, *, now: datetime, action: bool = True) -> PostMortem:
    """Return the draft with every section, one factor and one action that is due on 6 March."""
    one = again(postmortem)
    postmortems.save_texts(postmortem=one, texts=TEXTS, check_on=None, seen=one.version, actor=by, now=now)
    postmortems.add_factor(
        postmortem=again(one),
        kind="technical",
        name="Certificate not watched",
        text="Nobody is told before one runs out.",
        for_client=True,
        actor=by,
        now=now,
    )
    if action:
        commit(one, by, now=now)
    return again(one)


def commit(
    postmortem: PostMortem, by: Membership, *, now: datetime, owner: Membership | None = None
) -> ActionItem:
    """Commit `owner` to watch certificates, until the end of the fourth day from `now`."""
    return postmortems.add_action(
        postmortem=again(postmortem),
        kind="detect",
        text="Watch the dates of certificates",
        owner=owner or by,
        due_on=(now + timedelta(days=4)).date(),
        actor=by,
        now=now,
    )


def published(world: World, *, at: datetime = MONDAY) -> PostMortem:
    """Return a post-mortem that sam wrote, lena reviewed and vera published, two days after the resolution."""
    one = drafted(world, at=at)
    now = at + 48 * HOUR
    one = written(one, world.sam, now=now)
    postmortems.submit(postmortem=one, actor=world.sam, now=now + HOUR)
    postmortems.approve(postmortem=again(one), actor=world.lena, now=now + 2 * HOUR)
    postmortems.publish(postmortem=again(one), actor=world.vera, now=now + 3 * HOUR)
    return again(one)
