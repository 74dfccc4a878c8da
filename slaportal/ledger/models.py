"""What happened, provably: append-only events and the erasable texts that belong to them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, Organization, Party


class Audience(models.TextChoices):
    """Who may read an event."""

    BOTH = "both", _("Both parties")
    VENDOR = "vendor", _("Vendor only")


class ActorKind(models.TextChoices):
    """Through what an act was done; acts marked human in permissions.csv refuse the others."""

    HUMAN = "human", _("Person")
    SYSTEM = "system", _("Portal")
    TOKEN = "token", _("Token")
    IMPERSONATED = "impersonated", _("Impersonated")


class EventQuerySet(models.QuerySet["Event"]):
    """Events in the words of their readers."""

    def about(self, reference: str) -> "EventQuerySet":
        """Events of one issue, in the order in which they hold."""
        return self.filter(subject=reference).order_by("at", "pk")

    def readable_by(self, party: str) -> "EventQuerySet":
        """Events that `party` may see at all; which issues it may see is asked elsewhere."""
        return self if party == Party.VENDOR else self.filter(audience=Audience.BOTH)


class Event(models.Model):
    """One thing that happened, for ever.

    `payload` is the canonical text as stored: it is hashed and verified byte for byte and never written anew.
    Personal text is not in it; its salted hash is (see `EventText`), so erasing a text keeps the proof.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(
        max_length=32, blank=True, help_text="Reference of the issue, if it is about one."
    )
    kind = models.CharField(max_length=60)
    at = models.DateTimeField(help_text="When it happened.")
    recorded_at = models.DateTimeField(help_text="When the portal learned of it.")
    actor = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    actor_kind = models.CharField(max_length=12, choices=ActorKind.choices)
    audience = models.CharField(max_length=6, choices=Audience.choices, default=Audience.BOTH)
    payload = models.TextField()
    payload_sha256 = models.CharField(max_length=64)
    demo = models.BooleanField(
        default=False, help_text="Born in the demo world; only such events can be removed."
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(actor_kind="system", actor__isnull=True)
                | (~Q(actor_kind="system") & Q(actor__isnull=False)),
                name="event_has_an_actor",
            ),
        ]
        indexes: ClassVar = [
            # Read by every computation of a clock and by the timeline.
            models.Index(fields=["subject", "at", "id"], name="event_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} at {self.at:%Y-%m-%d %H:%M}"


class EventText(models.Model):
    """A text that people wrote in an act; the event holds only the hash of salt and text."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="texts")
    name = models.CharField(max_length=40)
    salt = models.CharField(max_length=64)
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "name"], name="event_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of event {self.event_id}"
