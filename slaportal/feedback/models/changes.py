"""A change of an agreement while both parties sign it, and what it did to open issues (spec §1, §7)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from slaportal.accounts.models import Membership, Organization, Party
from slaportal.feedback.models.whatif import WhatIf
from slaportal.policies.models import Agreement, BusinessCalendar, PolicyVersion


class ChangeQuerySet(models.QuerySet["AgreementChange"]):
    """Changes in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "ChangeQuerySet":
        """Changes that `member` may read: like the agreement itself, by its own client and by the vendor."""
        return self.filter(organization__agreements__in=Agreement.objects.visible_to(member)).distinct()

    def to_sign(self) -> "ChangeQuerySet":
        """Offered, and not signed by both yet."""
        return self.filter(agreement__isnull=True, withdrawn_at__isnull=True)

    def to_apply(self, now: datetime) -> "ChangeQuerySet":
        """Signed by both for open issues too, in effect by `now`, and not applied to all of them yet."""
        return self.filter(
            applies_to_open=True, applied_at__isnull=True, agreement__effective_from__lte=now
        ).order_by("pk")


class AgreementChange(models.Model):
    """A published version offered to a client; the agreement is signed when a person of each party has signed.

    `applies_to_open` is part of what is signed: whether open issues are judged by it too. `open_issues` and `moves`
    keep what the preview said when it was offered; `applied` counts the issues that it reached in the end.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="agreement_changes")
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="agreement_changes")
    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    timezone = models.CharField(max_length=64)
    effective_from = models.DateTimeField()
    applies_to_open = models.BooleanField()
    what_if = models.ForeignKey(WhatIf, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    open_issues = models.PositiveIntegerField()
    moves = models.PositiveIntegerField()
    offered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    client_signed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    client_signed_at = models.DateTimeField(null=True)
    vendor_signed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    vendor_signed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, null=True, related_name="change")
    applied = models.PositiveIntegerField(default=0)
    applied_at = models.DateTimeField(null=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-offered_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(agreement__isnull=True, withdrawn_at__isnull=True),
                name="change_one_to_sign",
            ),
            models.CheckConstraint(
                condition=Q(agreement__isnull=True)
                | Q(
                    client_signed_by__isnull=False,
                    client_signed_at__isnull=False,
                    vendor_signed_by__isnull=False,
                    vendor_signed_at__isnull=False,
                    withdrawn_at__isnull=True,
                ),
                name="change_signed_by_both",
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(agreement__isnull=False, applies_to_open=True),
                name="change_applied_after_signing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.version}"

    @property
    def open(self) -> bool:
        """Whether it can still be signed."""
        return self.agreement_id is None and self.withdrawn_at is None

    def signed_by(self, party: str) -> Membership | None:
        """Return who signed for `party`."""
        return self.client_signed_by if party == Party.CLIENT else self.vendor_signed_by
