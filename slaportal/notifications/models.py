"""The outbox: every message that the portal owes somebody, and how far it got."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One message of one kind to one person, written in the transaction of its cause.

    The unique key names the cause, so telling twice is telling once. Delivery leases the row, sends,
    then marks it: a crash between the last two repeats the message under the same Message-ID.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=60)
    cause = models.CharField(max_length=120, help_text="What this tells, such as obligation:17:breach.")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages")
    subject_reference = models.CharField(max_length=32, blank=True, help_text="The issue it is about.")
    context: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
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
        ]
        indexes: ClassVar = [
            # Read by notifications.services.deliver every few seconds.
            models.Index(fields=["not_before"], name="message_due", condition=Q(status="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_id} ({self.status})"


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
