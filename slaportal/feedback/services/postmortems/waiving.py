"""A post-mortem that is not written: with a reason, and with another person who approves it (spec §7)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Role
from slaportal.feedback.models import PostMortem, PostMortemState
from slaportal.feedback.services.postmortems import common, releasing
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy

State = PostMortemState


@transaction.atomic
def ask_waiver(*, postmortem: PostMortem, reason: str, actor: Membership, now: datetime) -> None:
    """Ask that no post-mortem be written, with a reason that both parties read once it is granted."""
    common.begin(postmortem, actor, "postmortem.write", State.DRAFT)
    if postmortem.published_at is not None:
        raise Refused(_("This post-mortem was published; it can be corrected, not waived."))
    if not reason.strip():
        raise Refused(_("Say why no post-mortem is to be written."))
    postmortem.state, postmortem.waiver_by, postmortem.waiver_reason = State.WAIVER, actor, tidy(reason)
    postmortem.save(update_fields=["state", "waiver_by", "waiver_reason"])
    event = common.record(
        postmortem, "postmortem.waiver_asked", actor=actor, at=now, texts={"reason": reason}
    )
    to = common.vendors(Role.VENDOR_LEAD, Role.SENIOR_MANAGEMENT)
    common.tell(postmortem, "postmortem-waiver", cause=event, to=to, now=now, actor=actor, reason=reason)


@transaction.atomic
def waive(*, postmortem: PostMortem, actor: Membership, now: datetime) -> None:
    """Grant the waiver, as another person than the one who asked; closes the issue where this was its last duty."""
    common.begin(postmortem, actor, "postmortem.waive", State.WAIVER)
    if postmortem.waiver_by_id == actor.pk:
        raise Refused(_("You asked for this waiver; another person must approve it."))
    postmortem.state, postmortem.waived_by, postmortem.waived_at = State.WAIVED, actor, now
    postmortem.remind_at = None
    postmortem.save(update_fields=["state", "waived_by", "waived_at", "remind_at"])
    common.record(
        postmortem,
        "postmortem.waived",
        actor=actor,
        at=now,
        both=True,
        texts={"reason": postmortem.waiver_reason},
        asked_by=postmortem.waiver_by_id,
    )
    releasing.close_issue(postmortem, now=now)


@transaction.atomic
def refuse_waiver(*, postmortem: PostMortem, reason: str, actor: Membership, now: datetime) -> None:
    """Refuse the waiver with a reason: the post-mortem stays due."""
    common.begin(postmortem, actor, "postmortem.waive", State.WAIVER)
    if not reason.strip():
        raise Refused(_("Say why it is to be written."))
    asker = postmortem.waiver_by
    postmortem.state, postmortem.returned_because = State.DRAFT, tidy(reason)
    postmortem.waiver_by, postmortem.waiver_reason = None, ""
    postmortem.save(update_fields=["state", "returned_because", "waiver_by", "waiver_reason"])
    event = common.record(
        postmortem, "postmortem.waiver_refused", actor=actor, at=now, texts={"reason": reason}
    )
    to = [asker.user] if asker else common.owner_or_leads(postmortem.owner)
    common.tell(postmortem, "postmortem-sent-back", cause=event, to=to, now=now, actor=actor, reason=reason)
