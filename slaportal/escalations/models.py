"""The escalation matrix and what came of it (spec §5)."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

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
        REQUESTED = "requested", "Requested"
        APPROVED = "approved", "Approved, with the client"
        REJECTED = "rejected", "Rejected"
        ACCEPTED = "accepted", "Accepted"
        CONTESTED = "contested", "Contested"

    class Effect(models.TextChoices):
        ADDED_TIME = "added_time", "Added time"
        WAIVED = "waived", "Waived outcome"
        EXPLANATION = "explanation", "Explanation only"

    class Cause(models.TextChoices):
        BUSINESS = "business_constraint", "Business constraint"
        TECHNICAL = "technical_challenge", "Technical challenge"

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


class SetAside(models.Model):
    """A row at which the watch failed: it waits until `until`, so that it stops nobody else and is not tried hot.

    Obligations keep this in columns of their own. The row is deleted when the next try succeeds.
    """

    class What(models.TextChoices):
        ISSUE = "issue", "Issue"
        REMINDER = "reminder", "Reminder"
        EXCEPTION = "exception", "Exception"

    what = models.CharField(max_length=10, choices=What.choices)
    row = models.BigIntegerField(help_text="Primary key in its table.")
    since = models.DateTimeField(help_text="When it first failed.")
    until = models.DateTimeField(help_text="Next try.")
    tries = models.PositiveIntegerField(default=1)
    reason = models.CharField(max_length=300)

    class Meta:
        verbose_name = "row set aside"
        verbose_name_plural = "rows set aside"
        ordering: ClassVar = ["until", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["what", "row"], name="set_aside_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="set_aside_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.row} until {self.until:%Y-%m-%d %H:%M}"


class Standstill(models.Model):
    """One time that a loop of the portal stood still: noticed by another loop, told once."""

    part = models.CharField(max_length=40, help_text="The heartbeat that stopped.")
    since = models.DateTimeField(help_text="Its last sign of life.")
    noticed_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-since", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["part", "since"], name="standstill_once"),
        ]

    def __str__(self) -> str:
        return f"{self.part} stood still from {self.since:%Y-%m-%d %H:%M:%S}"
