"""Reading what was kept, and posting it as whoever surely wrote it; everything else goes where somebody sees it."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party, User
from slaportal.accounts.selectors import active_memberships
from slaportal.integrations.mailreading.letter import Letter
from slaportal.integrations.mailreading.reading import Unreadable, read
from slaportal.integrations.models import InboundMail, ReplyAddress
from slaportal.integrations.services.mail import judging, posting, replying
from slaportal.integrations.services.mail.judging import Held
from slaportal.issues.models import Issue
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy_line

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
MOST_A_DAY = 50  # mails of one author that are posted; the rest waits for somebody to look at it


def handle_waiting(*, now: datetime, batch: int = 20) -> int:
    """Read and post up to `batch` mails that wait, oldest first; return how many are done."""
    waiting = InboundMail.objects.filter(state=InboundMail.State.WAITING).order_by("received_at", "pk")
    done = 0
    for row in waiting[:batch]:
        seen = InboundMail.objects.filter(pk=row.pk, state=InboundMail.State.WAITING, attempts=row.attempts)
        if not seen.update(attempts=F("attempts") + 1):
            continue  # another process has it
        row.attempts += 1
        _handle(row, now=now)
        done += 1
    return done


def _handle(row: InboundMail, *, now: datetime) -> None:
    try:
        letter = _read(row)
        _refuse_machines(row, letter)
        with transaction.atomic():
            issue = _post(row, letter, now=now)
            _end(row, InboundMail.State.POSTED, now=now, issue=issue)
    except Held as held:
        of_machines = held.reason in judging.OF_MACHINES
        state = InboundMail.State.IGNORED if of_machines else InboundMail.State.QUARANTINED
        _end(row, state, now=now, reason=held.reason, detail=held.detail)
    except (Refused, permissions.NotAllowed) as refused:
        _end(row, InboundMail.State.QUARANTINED, now=now, reason="refused", detail=str(refused))
    except Exception as error:
        logger.exception("Inbound mail %s could not be posted.", row.pk)
        if row.attempts >= MOST_ATTEMPTS:
            _end(row, InboundMail.State.QUARANTINED, now=now, reason="failed", detail=type(error).__name__)


def _read(row: InboundMail) -> Letter:
    try:
        letter = read(bytes(row.raw))
    except Unreadable as unreadable:
        raise Held("unreadable", str(unreadable)) from None
    row.subject, row.author = tidy_line(letter.subject)[:200], tidy_line(letter.author)[:320]
    return letter


def _refuse_machines(row: InboundMail, letter: Letter) -> None:
    why = judging.machine(letter, sent_from=row.sent_from, way=row.way)
    if why:
        raise Held(why)
    if not letter.author:
        raise Held("no-author")
    if not judging.vouched_for(letter):
        raise Held("unverified")
    since = row.received_at - timedelta(days=1)
    today = InboundMail.objects.filter(
        author=row.author, state=InboundMail.State.POSTED, received_at__gt=since
    )
    if today.count() >= MOST_A_DAY:
        raise Held("too-many")


def _post(row: InboundMail, letter: Letter, *, now: datetime) -> Issue:
    user = User.objects.filter(email=letter.author, is_active=True).first()
    tokens = replying.tokens_in([*letter.to, *row.sent_to.split(",")])
    if tokens:
        address = ReplyAddress.objects.filter(
            token_hash__in=[replying.hash_of(token) for token in tokens], revoked_at=None
        ).first()
        if address is None:
            raise Held("unknown-token")
        if user is None or address.user_id != user.pk:
            raise Held("not-the-recipient")
        return _answer(row, letter, address.issue, user, now=now)
    members = [] if user is None else [one for one in active_memberships(user) if one.party == Party.CLIENT]
    able = [one for one in members if permissions.may(one, "issue.submit")]
    if not able:
        raise Held("unknown-sender")
    if len(able) > 1:
        raise Held("several-organizations")
    return posting.new_issue(row, letter, able[0])


def _answer(row: InboundMail, letter: Letter, issue: Issue, user: User, *, now: datetime) -> Issue:
    while issue.duplicate_of is not None:
        issue = issue.duplicate_of
    member = _who_reads(issue, user)
    if member is None:
        raise Held("no-access")
    if issue.is_live:
        posting.comment(row, letter, issue, member, now=now)
        return issue
    if member.is_vendor:
        raise Held("ended", issue.reference)
    return posting.new_issue(row, letter, member, follows=issue)


def _who_reads(issue: Issue, user: User) -> Membership | None:
    for member in active_memberships(user):
        if Issue.objects.visible_to(member).filter(pk=issue.pk).exists():
            return member
    return None


@transaction.atomic
def retry(*, mail: InboundMail, actor: Membership, now: datetime) -> None:
    """Judge a mail again, after what kept it was put right. Raises `NotAllowed`, `Refused`."""
    permissions.require(actor, "mail.handle")
    again = InboundMail.objects.filter(pk=mail.pk, state=InboundMail.State.QUARANTINED)
    if not again.update(state=InboundMail.State.WAITING, reason="", detail="", attempts=0, handled_at=None):
        raise Refused(_("Only a mail in quarantine is tried again."))


@transaction.atomic
def dismiss(*, mail: InboundMail, actor: Membership, now: datetime) -> None:
    """Take a mail out of quarantine without posting it; it is kept. Raises `NotAllowed`, `Refused`."""
    permissions.require(actor, "mail.handle")
    rows = InboundMail.objects.filter(pk=mail.pk, state=InboundMail.State.QUARANTINED)
    if not rows.update(state=InboundMail.State.DISMISSED, handled_at=now, handled_by=actor):
        raise Refused(_("Only a mail in quarantine is dismissed."))


def _end(
    row: InboundMail,
    state: str,
    *,
    now: datetime,
    reason: str = "",
    detail: str = "",
    issue: Issue | None = None,
) -> None:
    row.state, row.reason, row.issue, row.handled_at = state, reason, issue, now
    row.detail = tidy_line(detail)[:500]
    row.save(update_fields=["state", "reason", "detail", "issue", "handled_at", "subject", "author"])
