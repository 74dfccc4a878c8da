"""Taking files in, within the act that brings them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from slaportal.accounts.models import Membership
from slaportal.issues.models import Attachment, Comment, InternalNote, Issue
from slaportal.issues.services import acts
from slaportal.ledger.models import Audience
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy_line

LARGEST = 20 * 1024 * 1024
MOST = 10
# Files that run when somebody opens them by mistake. What remains is only ever sent as a download.
REFUSED_KINDS = frozenset(
    [
        "apk",
        "app",
        "bat",
        "cmd",
        "com",
        "cpl",
        "dll",
        "dmg",
        "exe",
        "hta",
        "jar",
        "js",
        "jse",
        "lnk",
        "msi",
        "msp",
        "pif",
        "ps1",
        "reg",
        "scr",
        "sh",
        "vb",
        "vbe",
        "vbs",
        "wsf",
        "wsh",
    ]
)


def check(files: Sequence[UploadedFile[Any]]) -> None:
    """Refuse too many files, too large ones, empty ones and programs, naming the file, its size and the limit."""
    if len(files) > MOST:
        raise Refused(
            _("These are %(count)s files; %(most)s at once is the most.")
            % {"count": len(files), "most": MOST}
        )
    for file in files:
        name, size = clean_name(file.name), file.size or 0
        if size > LARGEST:
            raise Refused(
                _(
                    "“%(name)s” has %(size)s; %(most)s is the most. "
                    "Compress it, or describe where we can fetch it."
                )
                % {"name": name, "size": filesizeformat(size), "most": filesizeformat(LARGEST)}
            )
        if size == 0:
            raise Refused(_("“%(name)s” is empty.") % {"name": name})
        if PurePath(name).suffix.lstrip(".").lower() in REFUSED_KINDS:
            raise Refused(
                _("“%(name)s” is a program and cannot be attached. Put it into an archive if we need it.")
                % {"name": name}
            )


def clean_name(name: str | None) -> str:
    """Return the last part of a file's name without control and direction characters, at most 200 long."""
    last = PurePath((name or "").replace("\\", "/")).name
    shown = tidy_line(last)
    if len(shown) > 200:
        suffix = PurePath(shown).suffix[:20]
        shown = shown[: 200 - len(suffix)] + suffix
    return shown or "file"


def attach(
    issue: Issue,
    files: Sequence[UploadedFile[Any]],
    *,
    actor: Membership,
    now: datetime,
    comment: Comment | None = None,
    note: InternalNote | None = None,
) -> list[Attachment]:
    """Keep `files` in the caller's transaction, with one event each; call `check` before it begins."""
    return [_attach_one(issue, file, actor=actor, now=now, comment=comment, note=note) for file in files]


def _attach_one(
    issue: Issue,
    file: UploadedFile[Any],
    *,
    actor: Membership,
    now: datetime,
    comment: Comment | None,
    note: InternalNote | None,
) -> Attachment:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    kept = Attachment.objects.create(
        issue=issue,
        comment=comment,
        note=note,
        name=clean_name(file.name),
        size=file.size or 0,
        sha256=digest.hexdigest(),
        file=file,
        uploaded_by=actor,
        at=now,
    )
    acts.record(
        issue,
        "file.attached",
        actor=actor,
        at=now,
        audience=Audience.VENDOR if note else Audience.BOTH,
        texts={} if note else {"name": kept.name},
        attachment=kept.reference,
        size=kept.size,
        sha256=kept.sha256,
    )
    return kept
