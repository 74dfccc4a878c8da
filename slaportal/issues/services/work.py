"""Working on an issue: messages, notes, assignment, progress (spec §4)."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership, Party
from slaportal.issues.models import Comment, InternalNote, Issue, IssueState, Stage
from slaportal.issues.models.issue import WORKING
from slaportal.issues.services import acts, attaching, obligations, timed, waiting
from slaportal.ledger.models import Audience
from slaportal.ledger.services import digest
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy
from slaportal.lib.wording import neutral

LONGEST_TEXT = 50_000


@transaction.atomic
def comment(
    *, issue: Issue, body: str, actor: Membership, now: datetime, files: Sequence[UploadedFile[Any]] = ()
) -> Comment:
    """Write a message that both parties see.

    The first by a person of the vendor after submission is the response; one by the client ends waiting for the
    client. Raises `NotAllowed` or `Refused`.
    """
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "comment.write")
    body = _checked(body)
    attaching.check(files)
    if issue.state in (IssueState.WITHDRAWN, IssueState.DUPLICATE, IssueState.CLOSED):
        raise Refused(_("This issue has ended. Report a follow-up issue instead."))
    message = Comment.objects.create(issue=issue, author=actor, body=body, at=now, salt=secrets.token_hex(32))
    response = responds(issue, actor)
    event = acts.record(
        issue,
        "comment.added",
        actor=actor,
        at=now,
        comment=message.pk,
        body_sha256=digest(message.salt, body),
        response=response,
    )
    attaching.attach(issue, files, actor=actor, now=now, comment=message)
    if response:
        issue.responded_at = now
    if actor.party == Party.CLIENT and issue.waiting_on == "client":
        waiting.end_waiting(issue, actor=actor, now=now)
    if response:
        obligations.follow(issue, now=now)
    acts.save(issue, "responded_at", now=now)
    acts.tell(
        issue,
        "first-response" if response else "comment-added",
        cause=event,
        to=issue.people_of(Party(actor.party).other),
        now=now,
        actor=actor,
        text=body,
    )
    return message


def responds(issue: Issue, actor: Membership) -> bool:
    """Whether a message by `actor` is the response: the vendor's first, by a person, visible to the client (spec §4)."""
    return issue.responded_at is None and actor.party == Party.VENDOR and actor.through is None


@transaction.atomic
def note(
    *, issue: Issue, body: str, actor: Membership, now: datetime, files: Sequence[UploadedFile[Any]] = ()
) -> InternalNote:
    """Write an internal note, which never leaves the vendor and is no response."""
    acts.allow(issue, actor, "note.write")
    body = _checked(body)
    attaching.check(files)
    written = InternalNote.objects.create(
        issue=issue, author=actor, body=body, at=now, salt=secrets.token_hex(32)
    )
    acts.record(
        issue,
        "note.added",
        actor=actor,
        at=now,
        audience=Audience.VENDOR,
        note=written.pk,
        body_sha256=digest(written.salt, body),
    )
    attaching.attach(issue, files, actor=actor, now=now, note=written)
    return written


@transaction.atomic
def assign(*, issue: Issue, to: Membership | None, actor: Membership, now: datetime) -> None:
    """Put the issue into the hands of a person of the vendor, or of nobody."""
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "issue.assign")
    if to is not None and (to.party != Party.VENDOR or not to.active):
        raise Refused(_("%(user)s cannot work on issues; choose a person of the vendor.") % {"user": to.user})
    if to == issue.assigned_to:
        raise Refused(_("%(name)s has this issue already.") % {"name": to.user if to else _("Nobody")})
    before, issue.assigned_to = issue.assigned_to_id, to
    acts.save(issue, "assigned_to", now=now)
    event = acts.record(
        issue, "issue.assigned", actor=actor, at=now, before=before, after=to.pk if to else None
    )
    if to is not None:
        acts.tell(issue, "issue-assigned", cause=event, to=[to.user], now=now, actor=actor)


@transaction.atomic
def progress(
    *,
    issue: Issue,
    stage: str,
    percent: int,
    actor: Membership,
    now: datetime,
    next_update_at: datetime | None = None,
) -> None:
    """Say how far remediation has come; the client sees it live. Resolving is an act of its own."""
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    acts.allow(issue, actor, "issue.progress")
    if issue.state not in WORKING:
        raise Refused(_("Nobody is working on this issue any more."))
    if stage not in Stage.values:
        raise Refused(
            _("“%(stage)s” is not a stage. Choose one of %(choices)s.")
            % {"stage": stage, "choices": ", ".join(Stage.values)}
        )
    if not 0 <= percent <= 100:
        raise Refused(_("Progress goes from 0 to 100 percent."))
    if next_update_at is not None and next_update_at <= now:
        raise Refused(_("The next update must be promised for a time to come."))
    issue.stage, issue.percent, issue.next_update_at = stage, percent, next_update_at
    acts.save(issue, "stage", "percent", "next_update_at", now=now)
    event = acts.record(
        issue, "progress.made", actor=actor, at=now, stage=stage, percent=percent, next_update=next_update_at
    )
    acts.tell(
        issue,
        "progress-updated",
        cause=event,
        to=issue.people_of(Party.CLIENT),
        now=now,
        actor=actor,
        stage=neutral(issue.get_stage_display),
        percent=percent,
    )


def _checked(body: str) -> str:
    body = tidy(body)
    if not body:
        raise Refused(_("Write something first."))
    if len(body) > LONGEST_TEXT:
        raise Refused(
            _("This text has %(count)s characters; %(most)s is the most. Attach it as a file.")
            % {"count": f"{len(body):,}", "most": f"{LONGEST_TEXT:,}"}
        )
    return body
