"""The door for programs: tokens, how often they call, and the answers that a repeated request gets again."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from slaportal.accounts.models.people import Membership
from slaportal.accounts.scopes import Through


class ApiToken(models.Model):
    """A key with which a program acts for the person who made it, within `scopes` and that person's rights now.

    The secret is shown once. What is kept is its SHA-256: 256 random bits need no slow hash.
    """

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80, help_text="What it is for, such as the name of the program.")
    prefix = models.CharField(max_length=16, unique=True, help_text="The part that may be shown and logged.")
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="token_expires"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="token_revoked_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="token_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def works(self, *, now: datetime) -> bool:
        """Whether it opens anything at `now`; whether its maker may still act is asked beside it."""
        return self.revoked_at is None and now < self.expires_at

    def through(self) -> Through:
        """Return what acting through this token means."""
        return Through(self.pk, self.name, frozenset(self.scopes))


class ApiCalls(models.Model):
    """How often one caller called in one minute. Counted here and not in a cache: all processes see one number."""

    caller = models.CharField(max_length=64, help_text="A token, a person or a network address.")
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["caller", "minute"], name="api_calls_once_per_minute"),
        ]

    def __str__(self) -> str:
        return f"{self.caller}: {self.count} in {self.minute:%Y-%m-%d %H:%M}"


class ApiAnswer(models.Model):
    """One `Idempotency-Key`: the request it was used for, and the answer once the act is done.

    The claim is committed before the act begins, the answer together with the act. A claim without an answer lapses
    at `claimed_until`, so that a request whose process died can be sent again.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    request_sha256 = models.CharField(max_length=64, help_text="Of method, address and body.")
    claimed_at = models.DateTimeField()
    claimed_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    headers: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict, blank=True)
    body = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token", "key"], name="api_answer_once_per_key"),
        ]
        indexes: ClassVar = [
            # Read by accounts.services.answers at each new key: answers that are kept no longer.
            models.Index(fields=["claimed_at"], name="api_answer_old"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.status or 'running'}"
