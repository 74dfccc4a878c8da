"""Standing exceptions: planned maintenance or force majeure, for every issue whose clock runs meanwhile (spec §5)."""

from datetime import datetime
from functools import partial
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.escalations.models.exception import SlaException
from slaportal.issues.models import Obligation
from slaportal.lib.references import new_reference
from slaportal.policies.models import Agreement, Metric

INSIDE = (SlaException.Status.REQUESTED, SlaException.Status.REJECTED)


class StandingExceptionQuerySet(models.QuerySet["StandingException"]):
    """Standing exceptions in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "StandingExceptionQuerySet":
        """Those of the agreements that `member` may read; clients see one once the vendor has approved it."""
        found = self.filter(agreement__in=Agreement.objects.visible_to(member))
        return found if member is not None and member.is_vendor else found.exclude(status__in=INSIDE)

    def answer_overdue(self, now: datetime) -> "StandingExceptionQuerySet":
        """Approved ones that the client has not answered in its period."""
        return self.filter(status=SlaException.Status.APPROVED, answer_due_at__lte=now)

    def accepted(self) -> "StandingExceptionQuerySet":
        """Those that both parties let stand."""
        return self.filter(status=SlaException.Status.ACCEPTED)


class StandingException(models.Model):
    """A time `[begins_at, stops_at)` for which an agreement is departed from, on the adjusted figure only.

    It covers every obligation of the agreement whose clock runs in that time, also of issues that come later. Requested,
    approved by another person and put to the client like the exception of one issue. It always has an end.
    """

    class Cause(models.TextChoices):
        MAINTENANCE = "planned_maintenance", _("Planned maintenance")
        FORCE_MAJEURE = "force_majeure", _("Force majeure")

    reference = models.CharField(
        max_length=20, unique=True, default=partial(new_reference, "STE"), editable=False
    )
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="standing_exceptions")
    name = models.CharField(max_length=120, help_text="A few words by which both parties know it.")
    cause = models.CharField(max_length=20, choices=Cause.choices)
    effect = models.CharField(max_length=12, choices=SlaException.Effect.choices)
    metric = models.CharField(
        max_length=10, choices=Metric.choices, blank=True, help_text="Empty: both clocks."
    )
    reason = models.TextField(help_text="What keeps the vendor from working meanwhile.")
    plan = models.TextField(help_text="What is done against it, by whom and until when.")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was ended before its time.")
    status = models.CharField(
        max_length=10, choices=SlaException.Status.choices, default=SlaException.Status.REQUESTED
    )
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
    accepted_at = models.DateTimeField(null=True, blank=True)
    contest_reason = models.TextField(blank=True)
    remind_at = models.DateTimeField(
        null=True, blank=True, help_text="When people are told that it ends soon; empty once they were."
    )
    source_key = models.CharField(max_length=120, null=True, blank=True, unique=True, editable=False)

    objects = StandingExceptionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-begins_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                name="standing_four_eyes",
                violation_error_message="Another person than the requester must approve an exception.",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="standing_ends"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__lt=F("ends_at")), name="standing_ends_early"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(reason="") & ~Q(plan=""), name="standing_says_why_and_what"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["approved", "accepted", "contested"], approved_by__isnull=False)
                | Q(status__in=["requested", "rejected"]),
                name="standing_approved_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(status="approved", answer_due_at__isnull=False)
                | (~Q(status="approved") & Q(answer_due_at__isnull=True)),
                name="standing_with_the_client_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(status="accepted", accepted_at__isnull=False)
                | (~Q(status="accepted") & Q(accepted_at__isnull=True, remind_at__isnull=True)),
                name="standing_accepted_has_instant",
            ),
        ]
        indexes: ClassVar = [
            # Read by escalations.services.watch: what the client's silence accepts.
            models.Index(
                fields=["answer_due_at"],
                name="standing_answer_due",
                condition=Q(answer_due_at__isnull=False),
            ),
            # Read by escalations.services.watch: of whose end people are reminded.
            models.Index(fields=["remind_at"], name="standing_remind", condition=Q(remind_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_cause_display()})"

    @property
    def stops_at(self) -> datetime:
        """Its end, or the earlier instant at which a person ended it; before the beginning, it never came to be."""
        return self.ended_at or self.ends_at

    @property
    def clocks(self) -> str:
        """Which clocks it concerns, as one reads it."""
        return self.get_metric_display() if self.metric else str(_("Response and resolution"))


class Coverage(models.Model):
    """One obligation that fell into a standing exception, and the end that its clock knows of."""

    standing = models.ForeignKey(StandingException, on_delete=models.PROTECT, related_name="coverages")
    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="coverages")
    stops_at = models.DateTimeField()
    at = models.DateTimeField(help_text="When it took effect on this obligation.")

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            # Two watchers at once, a late one or a repeated one: each obligation is covered once.
            models.UniqueConstraint(fields=["standing", "obligation"], name="coverage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.obligation_id} in {self.standing_id}"

    def holds_at(self, instant: datetime | None) -> bool:
        """Whether `instant` lies in the time that this clock is spared."""
        return instant is not None and self.standing.begins_at <= instant < self.stops_at
