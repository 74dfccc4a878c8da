"""What happened, provably: append-only events, the erasable texts that belong to them, and the logs that seal them."""

from functools import partial
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, Organization, Party
from slaportal.lib.references import new_reference


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


class Log(models.Model):
    """The events of one organization in the order in which they were sealed, as the leaves of one Merkle tree.

    Each organization has its own, so that a client can check all of it without learning anything of another's.
    What the demo world did has a log apart, which leaves with it. `edge` holds the tree's right edge in hex.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    demo = models.BooleanField(default=False, editable=False)
    reference = models.CharField(
        max_length=20, unique=True, default=partial(new_reference, "LOG"), editable=False
    )
    origin = models.CharField(max_length=200, help_text="The log's name in its checkpoints, for ever.")
    size = models.PositiveBigIntegerField(default=0, help_text="Events sealed so far.")
    edge: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "demo"], name="log_once_per_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} of {self.organization}"


class Unsealed(models.Model):
    """An event that has no place in its log yet. Written with the event, removed by the seal.

    A row, not a highest id: events commit in another order than that of their ids, and none may be passed over.
    """

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="unsealed")

    class Meta:
        verbose_name_plural = "unsealed"

    def __str__(self) -> str:
        return f"Event {self.event_id}"


class Leaf(models.Model):
    """The place of an event in its log, from 0 without a gap, and the hash that stands there for ever."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="leaf")
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="leaves")
    position = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "leaves"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "position"], name="leaf_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.log_id}/{self.position}"


class Checkpoint(models.Model):
    """A signed sentence: so many events, with this root. Whoever keeps one can prove any later change."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="checkpoints")
    size = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    note = models.TextField(help_text="The signed text, in the format of C2SP.")
    public_key = models.CharField(max_length=64, help_text="Of the key that signed, in hex.")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["log", "-size"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "size"], name="checkpoint_size_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="checkpoint_has_events"),
        ]

    def __str__(self) -> str:
        return f"{self.log_id} at {self.size}"
