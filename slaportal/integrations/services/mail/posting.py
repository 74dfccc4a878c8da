"""A letter becomes a message or an issue, through the same services as the pages."""

import base64
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import override

from slaportal.accounts.models import Membership
from slaportal.integrations.mailreading.letter import Letter
from slaportal.integrations.models import InboundMail
from slaportal.integrations.services.mail.judging import Held
from slaportal.issues.models import Issue
from slaportal.issues.services import attaching, submission, work
from slaportal.ledger.models import Event
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy, tidy_line
from slaportal.policies.models import Criticality

LONGEST_TITLE = 200


def comment(row: InboundMail, letter: Letter, issue: Issue, member: Membership, *, now: datetime) -> None:
    """Post a reply as a message. Raises `Held`, `Refused`, `NotAllowed`."""
    files, left_out = _files(letter)
    with override(member.user.language):
        body = _body(letter, left_out)
        work.comment(issue=issue, body=body, actor=member, now=_instant(row, issue, now), files=files)


def new_issue(row: InboundMail, letter: Letter, member: Membership, *, follows: Issue | None = None) -> Issue:
    """Report an issue; it counts from the instant at which our server took the mail. Raises as `comment`."""
    files, left_out = _files(letter)
    with override(member.user.language):
        report = submission.Report(
            title=tidy_line(letter.subject)[:LONGEST_TITLE] or _("Without a subject"),
            description=_body(letter, left_out),
            level=Criticality.MEDIUM,
            reason=_("Reported by mail, which names no level; propose another where Medium does not fit."),
        )
        return submission.submit_issue(
            organization=member.organization,
            actor=member,
            report=report,
            files=files,
            follows=follows,
            submission_key=row.digest,
            now=row.received_at,
        )


def _instant(row: InboundMail, issue: Issue, now: datetime) -> datetime:
    """The instant at which our server took the mail counts, unless something happened on the issue since."""
    last = Event.objects.filter(subject=issue.reference).order_by("-at").values_list("at", flat=True).first()
    return row.received_at if last is None or last <= row.received_at else now


def _body(letter: Letter, left_out: list[str]) -> str:
    text = tidy(letter.text)
    if not text:
        raise Held("empty")
    if left_out:
        text += "\n\n" + _("Not taken from the mail:") + "\n" + "\n".join(f"- {line}" for line in left_out)
    return text


def _files(letter: Letter) -> tuple[list[UploadedFile[Any]], list[str]]:
    """Return the attachments that the portal takes, and of the others why not."""
    files: list[UploadedFile[Any]] = []
    left_out = []
    for one in letter.enclosed:
        file = SimpleUploadedFile(one.name, base64.b64decode(one.content), one.kind)
        try:
            attaching.check([*files, file])
        except Refused as refused:
            left_out.append(str(refused))
        else:
            files.append(file)
    return files, left_out
