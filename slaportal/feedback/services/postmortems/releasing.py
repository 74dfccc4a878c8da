"""From a draft to what the client reads: review and publication by other people than the authors (spec §7)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Party, Role, User
from slaportal.feedback.models import (
    EditionAcceptance,
    PostMortem,
    PostMortemEdition,
    PostMortemState,
)
from slaportal.feedback.selectors import drafts, editions
from slaportal.feedback.services.postmortems import common
from slaportal.issues.services import acts, closing
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy

State = PostMortemState
REVIEWERS = (Role.VENDOR_LEAD, Role.SENIOR_MANAGEMENT)


@transaction.atomic
def submit(*, postmortem: PostMortem, actor: Membership, now: datetime) -> None:
    """Put a complete draft to review by another person."""
    common.begin_writing(postmortem, actor)
    still = drafts.missing(postmortem)
    if still:
        raise Refused(" ".join(still))
    postmortem.state, postmortem.submitted_by, postmortem.submitted_at = State.REVIEW, actor, now
    postmortem.returned_because = ""
    postmortem.reviewed_by, postmortem.reviewed_at = None, None
    postmortem.save(
        update_fields=[
            *("state", "submitted_by", "submitted_at", "returned_because", "reviewed_by", "reviewed_at")
        ]
    )
    event = common.record(postmortem, "postmortem.submitted", actor=actor, at=now)
    writers = drafts.writers_of(postmortem, number=common.next_number(postmortem))
    authors = set(User.objects.filter(memberships__in=writers).values_list("pk", flat=True))
    readers = [one for one in common.vendors(*REVIEWERS) if one.pk not in authors]
    common.tell(postmortem, "postmortem-review", cause=event, to=readers, now=now, actor=actor)


@transaction.atomic
def take_back(*, postmortem: PostMortem, actor: Membership, now: datetime) -> None:
    """Go on writing: the review begins anew afterwards."""
    common.begin(postmortem, actor, "postmortem.write", State.REVIEW, State.REVIEWED)
    _to_draft(postmortem, because="")
    common.record(postmortem, "postmortem.taken_back", actor=actor, at=now)


@transaction.atomic
def send_back(*, postmortem: PostMortem, reason: str, actor: Membership, now: datetime) -> None:
    """Send a draft back to its author with what is to be changed."""
    common.begin(postmortem, actor, "postmortem.release", State.REVIEW, State.REVIEWED)
    if not reason.strip():
        raise Refused(_("Say what is to be changed."))
    author = postmortem.submitted_by
    _to_draft(postmortem, because=tidy(reason))
    event = common.record(postmortem, "postmortem.sent_back", actor=actor, at=now, texts={"reason": reason})
    to = [author.user] if author else common.owner_or_leads(postmortem.owner)
    common.tell(postmortem, "postmortem-sent-back", cause=event, to=to, now=now, actor=actor, reason=reason)


@transaction.atomic
def approve(*, postmortem: PostMortem, actor: Membership, now: datetime) -> None:
    """Approve the text as another person than its authors; publishing to the client is the next step."""
    common.begin(postmortem, actor, "postmortem.release", State.REVIEW)
    _other_eyes(postmortem, actor)
    postmortem.state, postmortem.reviewed_by, postmortem.reviewed_at = State.REVIEWED, actor, now
    postmortem.save(update_fields=["state", "reviewed_by", "reviewed_at"])
    common.record(postmortem, "postmortem.reviewed", actor=actor, at=now)


@transaction.atomic
def publish(
    *, postmortem: PostMortem, actor: Membership, now: datetime, correction: str = ""
) -> PostMortemEdition:
    """Publish the next edition, as the preview showed it; `correction` says what a later one corrects.

    Closes the issue where this was its last duty.
    """
    common.begin(postmortem, actor, "postmortem.release", State.REVIEWED)
    _other_eyes(postmortem, actor)
    number, correction = common.next_number(postmortem), tidy(correction)
    if number > 1 and not correction:
        raise Refused(_("Say what this edition corrects; the client reads it."))
    edition = _edition(postmortem, number, correction, actor=actor, now=now)
    first = postmortem.published_at is None
    postmortem.state, postmortem.remind_at = State.PUBLISHED, None
    postmortem.published_at = postmortem.published_at or now
    postmortem.save(update_fields=["state", "remind_at", "published_at"])
    postmortem.actions.committed().filter(for_client=True, promised_at=None).update(promised_at=now)
    event = common.record(
        postmortem,
        "postmortem.published",
        actor=actor,
        at=now,
        both=True,
        texts={"reason": correction} if correction else None,
        number=number,
        content_sha256=edition.content_hash,
    )
    common.tell(
        postmortem,
        "postmortem-published",
        cause=event,
        to=_managers(postmortem),
        now=now,
        actor=actor,
        due_at=None,
    )
    if first:
        close_issue(postmortem, now=now)
    return edition


@transaction.atomic
def correct(*, postmortem: PostMortem, actor: Membership, now: datetime) -> None:
    """Open the text again for a correction; the published edition stands until the next one is published."""
    common.begin(postmortem, actor, "postmortem.write", State.PUBLISHED)
    _to_draft(postmortem, because="")
    common.record(postmortem, "postmortem.correcting", actor=actor, at=now)


@transaction.atomic
def accept(*, edition: PostMortemEdition, actor: Membership, now: datetime) -> None:
    """Publish an edition inside the client's organization: the client's half of the release (trust.md P49)."""
    postmortem = edition.postmortem
    acts.allow(postmortem.issue, actor, "postmortem.accept")
    accepted = EditionAcceptance(edition=edition, member=actor, at=now)
    EditionAcceptance.objects.bulk_create([accepted], ignore_conflicts=True)
    if not EditionAcceptance.objects.filter(edition=edition, member=actor, at=now).exists():
        raise Refused(_("A colleague has published it inside your organization already."))
    event = common.record(
        postmortem, "postmortem.accepted", actor=actor, at=now, both=True, number=edition.number
    )
    told = {one.pk: one for one in postmortem.issue.people_of(Party.CLIENT)}
    managers = {one.pk for one in _managers(postmortem)}
    common.tell(
        postmortem,
        "postmortem-shared",
        cause=event,
        to=[one for pk, one in told.items() if pk not in managers],
        now=now,
        actor=actor,
        due_at=None,
    )


def close_issue(postmortem: PostMortem, *, now: datetime) -> bool:
    """Close the issue if it is confirmed and this was its last duty; return whether that happened now."""
    done_at = postmortem.published_at or postmortem.waived_at
    return done_at is not None and closing.close_when_done(issue=postmortem.issue, done_at=done_at, now=now)


def _edition(
    postmortem: PostMortem, number: int, correction: str, *, actor: Membership, now: datetime
) -> PostMortemEdition:
    content, client = editions.content_of(postmortem), editions.client_of(postmortem)
    assert postmortem.submitted_by is not None
    assert postmortem.reviewed_by is not None
    return PostMortemEdition.objects.create(
        postmortem=postmortem,
        number=number,
        content=content,
        client=client,
        client_words=_words(client),
        correction=correction,
        author=postmortem.submitted_by,
        reviewed_by=postmortem.reviewed_by,
        published_by=actor,
        published_at=now,
        content_hash=editions.hash_of(content, client),
        demo=postmortem.issue.demo,
    )


def _words(client: editions.Values) -> str:
    factors = [f"{one['name']} {one['text']}" for one in client["factors"]]
    return "\n".join([client["text"], *factors, *(one["text"] for one in client["actions"])])


def _to_draft(postmortem: PostMortem, *, because: str) -> None:
    postmortem.state, postmortem.returned_because = State.DRAFT, because
    postmortem.reviewed_by, postmortem.reviewed_at = None, None
    postmortem.save(update_fields=["state", "returned_because", "reviewed_by", "reviewed_at"])


def _other_eyes(postmortem: PostMortem, actor: Membership) -> None:
    if actor.pk in drafts.writers_of(postmortem, number=common.next_number(postmortem)):
        raise Refused(_("You wrote at this post-mortem; another person must release it."))


def _managers(postmortem: PostMortem) -> list[User]:
    """Return the client's managers: who publish it inside their organization."""
    found = User.objects.filter(
        is_active=True,
        memberships__active=True,
        memberships__organization=postmortem.issue.organization_id,
        memberships__role=Role.CLIENT_MANAGER,
    )
    return list(found.distinct().order_by("pk"))
