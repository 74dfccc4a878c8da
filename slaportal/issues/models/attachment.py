"""Files: each as private as the message or note on which it hangs."""

import secrets
from functools import partial
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party
from slaportal.issues.models.issue import Issue
from slaportal.issues.models.work import Comment, InternalNote
from slaportal.lib.references import new_reference


def stored_name(attachment: "Attachment", name: str) -> str:
    """Return a random name: nothing of what was uploaded shows or acts in the file system."""
    token = secrets.token_hex(16)
    return f"attachments/{token[:2]}/{token}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Files in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "AttachmentQuerySet":
        """Files of the issues that `member` may read; those of internal notes only for who reads the notes."""
        files = self.filter(issue__in=Issue.objects.visible_to(member))
        inside = member is not None and member.party == Party.VENDOR and permissions.may(member, "note.read")
        return files if inside else files.filter(note=None)


class Attachment(models.Model):
    """One uploaded file. It hangs on a message, on an internal note, or on the issue's own description."""

    reference = models.CharField(
        max_length=20, unique=True, default=partial(new_reference, "ATT"), editable=False
    )
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="attachments")
    comment = models.ForeignKey(
        Comment, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    note = models.ForeignKey(
        InternalNote, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(help_text=_("Bytes."))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=stored_name, max_length=100)
    uploaded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(comment__isnull=True) | Q(note__isnull=True), name="attachment_has_one_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name
