"""What came of the matrix: one row for each step that ran, or that a person raised by hand (spec §5)."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership, Role
from slaportal.escalations.models.matrix import MatrixStep
from slaportal.issues.models import Issue, Obligation

# An escalation that ran later than this is marked as late wherever it is shown.
LATE = timedelta(minutes=5)


class EscalationQuerySet(models.QuerySet["Escalation"]):
    """Escalations in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "EscalationQuerySet":
        """Escalations of the issues that `member` may read."""
        return self.filter(issue__in=Issue.objects.visible_to(member))

    def unanswered(self) -> "EscalationQuerySet":
        """Escalations that nobody has taken in hand."""
        return self.filter(status=Escalation.Status.OPEN)


class Escalation(models.Model):
    """One step that ran, once, for one obligation and cycle; or an escalation raised by hand."""

    class Status(models.TextChoices):
        TOLD = "told", _("Told")
        OPEN = "open", _("Waiting for acknowledgement")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        CLOSED = "closed", _("Closed with an outcome")
        CANCELLED = "cancelled", _("No longer needed")

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="escalations")
    obligation = models.ForeignKey(
        Obligation, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations"
    )
    cycle = models.PositiveSmallIntegerField(default=1)
    step = models.ForeignKey(MatrixStep, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices)
    due_at = models.DateTimeField(help_text="When the step was to run.")
    fired_at = models.DateTimeField(help_text="When it ran.")
    raised_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True)
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.OPEN)
    acknowledged_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    needs_all = models.BooleanField(
        default=False, help_text="Everybody who was told must acknowledge, as its step said when it ran."
    )
    handed_to = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.TextField(blank=True, help_text="What came of an escalation that was raised by hand.")
    closed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    repeated = models.PositiveSmallIntegerField(default=0, help_text="How often its message was repeated.")
    told: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+"
    )

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-fired_at", "-pk"]
        constraints: ClassVar = [
            # Two watchers at once, a late one or a repeated one: each step still runs once.
            models.UniqueConstraint(fields=["obligation", "cycle", "step"], name="escalation_once_per_step"),
            models.CheckConstraint(
                condition=Q(step__isnull=False, obligation__isnull=False)
                | (Q(raised_by__isnull=False) & ~Q(reason="")),
                name="escalation_by_step_or_by_person",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["acknowledged", "closed"],
                    acknowledged_by__isnull=False,
                    acknowledged_at__isnull=False,
                )
                | (~Q(status__in=["acknowledged", "closed"]) & Q(acknowledged_at__isnull=True)),
                name="escalation_acknowledged_by_a_person",
            ),
            # Only what a person raised is closed by a person, who says what came of it.
            models.CheckConstraint(
                condition=Q(
                    status="closed", step__isnull=True, closed_by__isnull=False, closed_at__isnull=False
                )
                & ~Q(outcome="")
                | (~Q(status="closed") & Q(outcome="", closed_by__isnull=True, closed_at__isnull=True)),
                name="escalation_closed_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} to {self.get_role_display()} at {self.fired_at:%Y-%m-%d %H:%M}"

    @property
    def late(self) -> bool:
        """Whether the watch came to it more than five minutes after its instant."""
        return self.fired_at - self.due_at > LATE

    @property
    def by_hand(self) -> bool:
        """Whether a person raised it, not the matrix."""
        return self.step_id is None


class Acknowledgement(models.Model):
    """One person's “I have it” to one escalation. Where all must acknowledge, it takes several."""

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="acknowledgements")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["escalation", "member"], name="acknowledgement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member.user} at {self.at:%Y-%m-%d %H:%M}"
