"""The outbox: every message that the portal owes somebody, how far it got, and what people want of it."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One message of one kind to one person, written in the transaction of its cause.

    The unique key names the cause, so telling twice is telling once. Delivery leases the row, sends,
    then marks it: a crash between the last two repeats the message under the same Message-ID.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    class Way(models.TextChoices):
        MAIL = "mail", _("A mail of its own")
        DIGEST = "digest", _("In a digest")
        INBOX = "inbox", _("In the inbox only")

    kind = models.CharField(max_length=60)
    cause = models.CharField(max_length=120, help_text="What this tells, such as obligation:17:breach.")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages")
    subject_reference = models.CharField(max_length=32, blank=True, help_text="The issue it is about.")
    context: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    way = models.CharField(max_length=6, choices=Way.choices, default=Way.MAIL)
    digest = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        help_text="The mail that carries this message together with others.",
    )
    redirected_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who got the mail instead, as the recipient wished.",
    )
    read_at = models.DateTimeField(null=True, blank=True, help_text="When it was read in the inbox.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField(help_text="Earliest next attempt; a lease moves it on.")
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    message_id = models.CharField(max_length=120, unique=True)
    subject = models.CharField(max_length=255, blank=True, help_text="As sent.")
    text = models.TextField(blank=True, help_text="As sent.")
    html = models.TextField(blank=True, help_text="As sent.")
    demo = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cause", "kind", "recipient"], name="message_once_per_cause"),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False)
                | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="message_sent_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(digest=None) | Q(way="digest"), name="message_in_digest_goes_by_digest"
            ),
        ]
        indexes: ClassVar = [
            # Read by notifications.services.deliver every few seconds.
            models.Index(fields=["not_before"], name="message_due", condition=Q(status="pending")),
            # Read by notifications.selectors.inbox.
            models.Index(fields=["recipient", "-created_at", "-id"], name="message_inbox"),
            # Read by notifications.selectors.unread_count on every page.
            models.Index(fields=["recipient"], name="message_unread", condition=Q(read_at=None)),
            # Read by notifications.selectors.failed on the admin's front page.
            models.Index(fields=["-created_at"], name="message_failed", condition=Q(status="failed")),
            # Read by notifications.selectors.example for the preview of words.
            models.Index(fields=["subject_reference", "kind"], name="message_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_id} ({self.status})"


class Preference(models.Model):
    """How one person wants to be told of one kind; without a row: at once."""

    class How(models.TextChoices):
        NOW = "now", _("At once")
        HOURLY = "hourly", _("Hourly digest")
        DAILY = "daily", _("Daily digest at 08:00")
        INBOX = "inbox", _("In the inbox only")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="message_preferences"
    )
    kind = models.CharField(max_length=60)
    how = models.CharField(max_length=6, choices=How.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "kind"], name="preference_once"),
            models.CheckConstraint(
                condition=Q(how__in=["now", "hourly", "daily", "inbox"]), name="preference_how_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.person_id}: {self.how}"


class Redirect(models.Model):
    """Somebody who gets another person's urgent mail for a while; the messages stay in the inbox of both."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="message_redirect"
    )
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(person=F("to")), name="redirect_to_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.to_id} until {self.until:%Y-%m-%d}"


class TemplateVersion(models.Model):
    """One edition of the vendor's own words for a kind in a language. Kept for ever; at most one is in force.

    Without one in force the words of templates/emails/<kind>/<language>.html are sent.
    """

    kind = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    number = models.PositiveIntegerField()
    blocks: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField()
    active = models.BooleanField(default=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "words of a message"
        verbose_name_plural = "words of messages"
        ordering: ClassVar = ["kind", "language", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "language", "number"], name="template_version_number"),
            models.UniqueConstraint(
                fields=["kind", "language"], condition=Q(active=True), name="template_version_one_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language}), version {self.number}"


class Heartbeat(models.Model):
    """The last sign of life of one loop: `watch`, `delivery` or `beat`."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    detail = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def beat(cls, name: str, *, now: datetime, detail: str = "") -> None:
        """Write that loop `name` is alive at `now`."""
        cls.objects.update_or_create(name=name, defaults={"at": now, "detail": detail})


class MailboxEntry(models.Model):
    """A mail as it left, kept where there is no mail server: read it on the mailbox page."""

    message_id = models.CharField(max_length=200, unique=True)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=255)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    sent_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-sent_at", "-pk"]
        verbose_name_plural = "mailbox entries"

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
