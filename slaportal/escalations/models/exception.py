"""Exceptions: recorded, approved departures from counting, with their evidence (spec §5)."""

import secrets
from datetime import datetime
from functools import partial
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue
from slaportal.lib.references import new_reference
from slaportal.policies.models import Metric


class SlaExceptionQuerySet(models.QuerySet["SlaException"]):
    """Exceptions in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "SlaExceptionQuerySet":
        """Exceptions of the issues that `member` may read."""
        return self.filter(issue__in=Issue.objects.visible_to(member))

    def answer_overdue(self, now: datetime) -> "SlaExceptionQuerySet":
        """Approved exceptions that the client has not answered in its period."""
        return self.filter(status=SlaException.Status.APPROVED, answer_due_at__lte=now)


class SlaException(models.Model):
    """A recorded, approved departure from counting, for an issue that cannot be resolved in time (spec §5).

    “An exception process must be initiated; document the reasons for the delay and the mitigation plan.” It
    changes the adjusted figure only. Requested by one person of the vendor, approved by another, put to the client.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved, with the client")
        REJECTED = "rejected", _("Rejected")
        ACCEPTED = "accepted", _("Accepted")
        CONTESTED = "contested", _("Contested")

    class Effect(models.TextChoices):
        ADDED_TIME = "added_time", _("Added time")
        WAIVED = "waived", _("Waived outcome")
        EXPLANATION = "explanation", _("Explanation only")

    class Cause(models.TextChoices):
        BUSINESS = "business_constraint", _("Business constraint")
        TECHNICAL = "technical_challenge", _("Technical challenge")

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="exceptions")
    metric = models.CharField(max_length=10, choices=Metric.choices, default=Metric.RESOLUTION)
    effect = models.CharField(max_length=12, choices=Effect.choices)
    cause = models.CharField(max_length=20, choices=Cause.choices)
    reason = models.TextField(help_text="Why it cannot be done in time.")
    plan = models.TextField(help_text="What is done against the delay, by whom and until when.")
    until = models.DateTimeField(null=True, blank=True, help_text="The new date, where time is added.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.REQUESTED)
    requested_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    answer_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When the client's silence accepts it."
    )
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    contest_reason = models.TextField(blank=True)
    source_key = models.CharField(max_length=120, null=True, blank=True, unique=True, editable=False)

    objects = SlaExceptionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-requested_at", "-pk"]
        verbose_name = "exception"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                name="exception_four_eyes",
                violation_error_message="Another person than the requester must approve an exception.",
            ),
            models.CheckConstraint(
                condition=Q(effect="added_time", until__isnull=False)
                | Q(effect__in=["waived", "explanation"]),
                name="exception_added_time_has_a_date",
                violation_error_message="Added time needs the new date.",
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(plan=""), name="exception_says_why_and_what"),
            models.CheckConstraint(
                condition=Q(status__in=["approved", "accepted", "contested"], approved_by__isnull=False)
                | Q(status__in=["requested", "rejected"]),
                name="exception_approved_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(status="approved", answer_due_at__isnull=False)
                | (~Q(status="approved") & Q(answer_due_at__isnull=True)),
                name="exception_with_the_client_has_a_date",
            ),
        ]
        indexes: ClassVar = [
            # Read by escalations.services.watch: exceptions that the client's silence accepts.
            models.Index(
                fields=["answer_due_at"],
                name="exception_answer_due",
                condition=Q(answer_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_effect_display()} for issue {self.issue_id} ({self.get_status_display()})"


def evidence_name(evidence: "Evidence", name: str) -> str:
    """Return a random name: nothing of what was uploaded shows or acts in the file system."""
    token = secrets.token_hex(16)
    return f"evidence/{token[:2]}/{token}"


class Evidence(models.Model):
    """One file that supports an exception, for ever as private as the exception itself."""

    reference = models.CharField(
        max_length=20, unique=True, default=partial(new_reference, "EVI"), editable=False
    )
    exception = models.ForeignKey(SlaException, on_delete=models.PROTECT, related_name="evidence")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=evidence_name, max_length=100)
    uploaded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return self.name
