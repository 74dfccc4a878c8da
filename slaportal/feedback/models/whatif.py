"""A past period replayed under another version of the policy, and what would have been different (spec §7)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization
from slaportal.issues.models import Issue
from slaportal.policies.models import Criticality, Metric, PolicyVersion
from slaportal.policies.reckoning import Outcome

OUTCOMES = [
    (Outcome.MET.value, _("Met")),
    (Outcome.BREACHED.value, _("Breached")),
    (Outcome.NOT_COUNTED.value, _("Not counted")),
    (Outcome.WAIVED.value, _("Waived")),
]


class WhatIfQuerySet(models.QuerySet["WhatIf"]):
    """What-ifs in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "WhatIfQuerySet":
        """What-ifs that `member` may read: a client those about itself, the vendor all (whatif.read)."""
        if member is None or not member.active:
            return self.none()
        match permissions.scope(member.role, "whatif.read"):
            case permissions.ALL:
                return self
            case permissions.ORGANIZATION | permissions.NAMED:
                return self.filter(organization=member.organization_id)
            case _:
                return self.none()


class WhatIf(models.Model):
    """One question “what would this version have made of that period?” and its answer.

    `terms_hash` is the hash of the version's content as it was replayed, so that a draft that changed since is seen.
    `figures` holds eight lines of plain values (see `feedback.services.whatif`). No organization: all clients.
    """

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="what_ifs")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="what_ifs"
    )
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    terms_hash = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    issues = models.PositiveIntegerField(default=0)
    obligations = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    outcomes = models.PositiveIntegerField(default=0)
    figures: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list, blank=True
    )

    objects = WhatIfQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-asked_at", "-pk"]
        verbose_name = "what-if"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="what_if_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | ~Q(terms_hash=""), name="what_if_knows_its_terms"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}, {self.begins:%Y-%m-%d} to {self.ends:%Y-%m-%d}"


class Difference(models.Model):
    """One obligation that would have been different; instants are empty where a pause leaves none."""

    what_if = models.ForeignKey(WhatIf, on_delete=models.CASCADE, related_name="differences")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="+")
    metric = models.CharField(max_length=10, choices=Metric.choices)
    level = models.CharField(max_length=8, choices=Criticality.choices)
    due_before = models.DateTimeField(null=True, blank=True)
    due_after = models.DateTimeField(null=True, blank=True)
    outcome_before = models.CharField(max_length=12, choices=OUTCOMES, blank=True)
    outcome_after = models.CharField(max_length=12, choices=OUTCOMES, blank=True)
    adjusted_before = models.CharField(max_length=12, choices=OUTCOMES, blank=True)
    adjusted_after = models.CharField(max_length=12, choices=OUTCOMES, blank=True)
    changes_outcome = models.BooleanField()

    class Meta:
        ordering: ClassVar = ["-changes_outcome", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["what_if", "issue", "metric"], name="difference_once"),
        ]
        indexes: ClassVar = [
            # Read by the page of a what-if: changed outcomes first.
            models.Index(fields=["what_if", "-changes_outcome", "id"], name="difference_of_what_if"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of issue {self.issue_id}"
