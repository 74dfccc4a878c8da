"""What every act on a post-mortem begins and ends with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Party, User
from slaportal.feedback.models import PostMortem, PostMortemAuthor, PostMortemState
from slaportal.issues.services import acts
from slaportal.ledger.models import Audience, Event
from slaportal.lib.refusal import Refused
from slaportal.lib.wording import in_sentence


class Conflict(acts.Conflict):
    """Somebody else changed the post-mortem in the meantime."""


def claim(postmortem: PostMortem) -> None:
    """Take the post-mortem for this transaction by compare-and-swap on the version that was seen."""
    seen = PostMortem.objects.filter(pk=postmortem.pk, version=postmortem.version)
    if not seen.update(version=F("version") + 1):
        raise Conflict(
            _("Somebody else changed this post-mortem a moment ago. Look at what is new and do it again.")
        )
    postmortem.version += 1


def begin(postmortem: PostMortem, actor: Membership, act: str, *states: PostMortemState) -> None:
    """Allow `act` to `actor`, claim, and refuse unless the post-mortem is in one of `states`."""
    acts.allow(postmortem.issue, actor, act)
    claim(postmortem)
    if postmortem.state not in states:
        raise Refused(
            _("This post-mortem is %(state)s now.") % {"state": in_sentence(postmortem.get_state_display())}
        )


def begin_writing(postmortem: PostMortem, actor: Membership) -> None:
    """Begin a change of a draft and note its author: who writes can neither review nor publish this edition."""
    begin(postmortem, actor, "postmortem.write", PostMortemState.DRAFT)
    PostMortemAuthor.objects.bulk_create(
        [PostMortemAuthor(postmortem=postmortem, number=next_number(postmortem), member=actor)],
        ignore_conflicts=True,
    )


def next_number(postmortem: PostMortem) -> int:
    """Return the number of the edition that is being written."""
    return postmortem.editions.count() + 1


def record(
    postmortem: PostMortem,
    kind: str,
    *,
    actor: Membership | None,
    at: datetime,
    recorded_at: datetime | None = None,
    both: bool = False,
    texts: dict[str, str] | None = None,
    **data: Any,
) -> Event:
    """Append the ledger event of an act; `both` parties read it, or the vendor only."""
    return acts.record(
        postmortem.issue,
        kind,
        actor=actor,
        at=at,
        recorded_at=recorded_at,
        audience=Audience.BOTH if both else Audience.VENDOR,
        texts=texts,
        postmortem=postmortem.reference,
        **data,
    )


def record_edit(postmortem: PostMortem, what: str, *, actor: Membership, now: datetime, **data: Any) -> None:
    """Append the event of a change of the draft; `what` names the part: texts, factors, timeline, actions."""
    record(postmortem, "postmortem.edited", actor=actor, at=now, what=what, **data)


def tell(
    postmortem: PostMortem,
    kind: str,
    *,
    cause: Event,
    to: Iterable[User],
    now: datetime,
    actor: Membership | None = None,
    **extra: Any,
) -> None:
    """Queue the message `kind` that leads to the page of the post-mortem."""
    given = {"due_at": postmortem.due_at, "url": f"/post-mortems/{postmortem.reference}", **extra}
    acts.tell(postmortem.issue, kind, cause=cause, to=to, now=now, actor=actor, **given)


def vendors(*roles: str) -> list[User]:
    """Return the people of the vendor in `roles` who can act now."""
    found = User.objects.filter(
        is_active=True, memberships__active=True, memberships__party=Party.VENDOR, memberships__role__in=roles
    )
    return list(found.distinct().order_by("pk"))


def owner_or_leads(owner: Membership | None) -> list[User]:
    """Return the owner, or the leads where the owner is here no more: a duty never reaches nobody."""
    if owner is not None and owner.active and owner.user.is_active:
        return [owner.user]
    return vendors("vendor_lead") or vendors("senior_management")
