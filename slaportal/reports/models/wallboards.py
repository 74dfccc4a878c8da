"""Wallboards: the dashboard on a screen where nobody signs in."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization


class WallboardQuerySet(models.QuerySet["Wallboard"]):
    """Wallboards in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "WallboardQuerySet":
        """Wallboards that `member` may see in the list and revoke (permissions.csv, wallboard.revoke)."""
        if member is None or not member.active:
            return self.none()
        match permissions.scope(member.role, "wallboard.revoke"):
            case permissions.ALL:
                return self
            case permissions.ORGANIZATION:
                return self.filter(opened_by__organization=member.organization_id)
            case _:
                return self.none()


class Wallboard(models.Model):
    """An address that shows the board of one client, or of all, to whoever knows it. Only the hash of its secret is kept.

    It never shows more than the person who opened it may see at that moment. `shows_names`: titles of issues and names
    of clients are on the screen too; without them references, levels and clocks only.
    """

    name = models.CharField(max_length=80)
    client = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="wallboards"
    )
    shows_names = models.BooleanField(default=False)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(max_length=8)
    timezone = models.CharField(max_length=64)
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="wallboards")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = WallboardQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="wallboard_has_a_name"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="wallboard_expires"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="wallboard_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def ended_because(self, *, now: datetime) -> str:
        """Return why it is dark at `now`: revoked, expired or maker; "" while it shows something."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= now:
            return "expired"
        maker = self.opened_by
        gone = not maker.active or not maker.user.is_active or not permissions.may(maker, "wallboard.open")
        return "maker" if gone else ""
