"""Webhooks: an address that is told what happens, each message until it arrives, and every try."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization
from slaportal.ledger.models import Event, Log


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    """Endpoints in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "WebhookEndpointQuerySet":
        """Endpoints that `member` looks after (permissions.csv, webhook.manage)."""
        if member is None or not permissions.may(member, "webhook.manage"):
            return self.none()
        if permissions.scope(member.role, "webhook.manage") == permissions.ALL:
            return self
        return self.filter(organization=member.organization_id)


class WebhookEndpoint(models.Model):
    """An address of one organization that is told of its events; the vendor's are told of all clients'.

    `families` names the beginnings of the kinds it wants ("issue", "deadline"); none of them is all of them. The
    secrets are kept encrypted; while `old_secret_until` lies ahead both sign.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(max_length=80)
    url = models.URLField(max_length=500)
    families: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    secret = models.TextField(editable=False)
    old_secret = models.TextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    active = models.BooleanField(default=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_because = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(active=True, disabled_at__isnull=True)
                | Q(active=False, disabled_at__isnull=False),
                name="webhook_disabled_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(old_secret="", old_secret_until__isnull=True)
                | (~Q(old_secret="") & Q(old_secret_until__isnull=False)),
                name="webhook_old_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.organization})"

    def wants(self, kind: str) -> bool:
        """Whether events of `kind` are sent to it."""
        return not self.families or kind.partition(".")[0] in self.families


class FeedPlace(models.Model):
    """How far an endpoint has read one log: every event up to `position` has its delivery, or is not wanted."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="places")
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+")
    position = models.BigIntegerField(default=-1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "log"], name="feed_place_once"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id} at {self.position} of {self.log_id}"


class Delivery(models.Model):
    """One message to one endpoint, sent until it arrives; every try carries the same `message_id` and body."""

    class State(models.TextChoices):
        PENDING = "pending", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        GIVEN_UP = "given_up", _("Given up")

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    message_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, help_text="Since it was made or sent again by hand.")
    next_try_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        constraints: ClassVar = [
            # Two sweeps at once make one delivery of an event.
            models.UniqueConstraint(fields=["endpoint", "message_id"], name="delivery_once_per_message"),
            models.CheckConstraint(
                condition=Q(state="pending", next_try_at__isnull=False, done_at__isnull=True)
                | (~Q(state="pending") & Q(next_try_at__isnull=True, done_at__isnull=False)),
                name="delivery_pending_has_a_next_try",
            ),
        ]
        indexes: ClassVar = [
            # Read by integrations.services.delivering every few seconds.
            models.Index(fields=["next_try_at"], name="delivery_due", condition=Q(next_try_at__isnull=False)),
            # Read by the page of an endpoint, newest first.
            models.Index(fields=["endpoint", "-made_at"], name="delivery_of_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} to {self.endpoint_id}: {self.state}"


class Attempt(models.Model):
    """One try: what was sent, and what came of it. The body of the answer is never read, so it cannot be shown."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    headers: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__isnull=False) | ~Q(problem=""), name="attempt_answer_or_problem"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} at {self.at:%Y-%m-%d %H:%M}: {self.status or self.problem}"

    @property
    def good(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300
