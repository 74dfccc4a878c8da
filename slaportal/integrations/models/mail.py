"""Mail that arrived, as it arrived, and the addresses to which people answer."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, User
from slaportal.issues.models import Issue


class InboundMail(models.Model):
    """One mail: its bytes are kept before anybody tries to read them, so no mail can stop the others or be lost.

    `digest` is the SHA-256 of what its writer made of it (services.mail.spooling), so a mail that is delivered
    again by another way is known. `reason` says why it went to quarantine or was ignored: a code, see
    services.mail.judging.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        POSTED = "posted", _("Posted")
        QUARANTINED = "quarantined", _("In quarantine")
        IGNORED = "ignored", _("Ignored")
        DISMISSED = "dismissed", _("Dismissed")

    class Way(models.TextChoices):
        IMAP = "imap", _("Mailbox")
        LMTP = "lmtp", _("Mail server")
        HOOK = "hook", _("Mail provider")
        COMMAND = "command", _("Command line")

    digest = models.CharField(max_length=64, unique=True, editable=False)
    raw = models.BinaryField(editable=False)
    way = models.CharField(max_length=8, choices=Way.choices)
    sent_from = models.CharField(_("envelope sender"), max_length=320, blank=True)
    sent_to = models.CharField(_("envelope recipients"), max_length=1000, blank=True)
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    author = models.CharField(_("from"), max_length=320, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issue = models.ForeignKey(
        Issue, on_delete=models.PROTECT, null=True, blank=True, related_name="inbound_mails"
    )

    class Meta:
        ordering: ClassVar = ["-received_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="waiting", handled_at__isnull=True)
                | (~Q(state="waiting") & Q(handled_at__isnull=False)),
                name="inbound_mail_handled_unless_waiting",
            ),
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(issue__isnull=False), name="inbound_mail_posted_to_an_issue"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["quarantined", "ignored"]) | ~Q(reason=""),
                name="inbound_mail_says_why",
            ),
        ]
        indexes: ClassVar = [
            # Read by services.mail.handling, every few seconds.
            models.Index(fields=["received_at"], condition=Q(state="waiting"), name="inbound_mail_waiting"),
            # Read by the admin's list of what somebody has to look at.
            models.Index(fields=["state", "-received_at"], name="inbound_mail_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.subject or '–'} ({self.author or self.sent_from or '–'})"


class ReplyAddress(models.Model):
    """The address under which one person answers about one issue. Only the hash of its token is kept.

    The token is made anew from `nonce` and SECRET_KEY whenever a mail goes out, so the database alone does not
    give it away; `revoked_at` ends it.
    """

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="reply_addresses")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reply_addresses")
    nonce = models.CharField(max_length=32, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issue", "user"], name="reply_address_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} about {self.issue.reference}"
