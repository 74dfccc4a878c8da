"""The escalation matrix and what came of it (spec §5)."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from slaportal.accounts.models import Membership, Role
from slaportal.issues.models import Issue, Obligation
from slaportal.policies.models import Criticality, Metric

# An escalation that ran later than this is marked as late wherever it is shown.
LATE = timedelta(minutes=5)


class StepKind(models.TextChoices):
    """When a step of the matrix runs."""

    SHARE = "share", "At a share of the budget"
    BREACH = "breach", "At the breach"
    AFTER = "after", "Some time after the breach"


class MatrixStep(models.Model):
    """One cell of the matrix: for this level and metric, at this point, tell this role."""

    level = models.CharField(max_length=8, choices=Criticality.choices)
    metric = models.CharField(max_length=10, choices=Metric.choices)
    ordinal = models.PositiveSmallIntegerField(help_text="Steps run in this order.")
    kind = models.CharField(max_length=6, choices=StepKind.choices)
    share = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Percent of the budget used.")
    after_minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text="Minutes after the breach, counted as the target counts time."
    )
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        ordering: ClassVar = ["level", "metric", "ordinal"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["level", "metric", "ordinal"], name="matrix_step_once"),
            models.CheckConstraint(
                condition=Q(
                    kind="share", share__isnull=False, share__gte=1, share__lte=99, after_minutes__isnull=True
                )
                | Q(kind="breach", share__isnull=True, after_minutes__isnull=True)
                | Q(kind="after", share__isnull=True, after_minutes__isnull=False, after_minutes__gte=1),
                name="matrix_step_says_when",
                violation_error_message=(
                    "A share step needs a percentage from 1 to 99, a later step its minutes, a breach step neither."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.get_metric_display().lower()}, {self.when}: {self.get_role_display()}"

    @property
    def when(self) -> str:
        """The point at which it runs, as one reads it."""
        match self.kind:
            case StepKind.SHARE:
                return f"{self.share} % of the time used"
            case StepKind.BREACH:
                return "at the breach"
            case _:
                hours, minutes = divmod(self.after_minutes or 0, 60)
                words = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
                return f"{' '.join(words)} after the breach"


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
        TOLD = "told", "Told"
        OPEN = "open", "Waiting for acknowledgement"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        CANCELLED = "cancelled", "No longer needed"

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
                    status="acknowledged", acknowledged_by__isnull=False, acknowledged_at__isnull=False
                )
                | (~Q(status="acknowledged") & Q(acknowledged_at__isnull=True)),
                name="escalation_acknowledged_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} to {self.get_role_display()} at {self.fired_at:%Y-%m-%d %H:%M}"

    @property
    def late(self) -> bool:
        """Whether the watch came to it more than five minutes after its instant."""
        return self.fired_at - self.due_at > LATE
