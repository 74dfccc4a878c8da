"""The obligation: one target applied to one issue; the thing that runs, is met or breached, and is counted."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.issues.models.issue import Issue
from slaportal.policies.models import Criticality, Metric
from slaportal.policies.reckoning import Outcome, State


class ObligationQuerySet(models.QuerySet["Obligation"]):
    """Obligations in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "ObligationQuerySet":
        """Obligations of the issues that `member` may read."""
        return self.filter(issue__in=Issue.objects.visible_to(member))

    def due_for_a_look(self, now: datetime) -> "ObligationQuerySet":
        """Obligations at which somebody must look by `now`, longest due first."""
        return self.filter(next_look_at__lte=now).order_by("next_look_at", "pk")


class Obligation(models.Model):
    """One target applied to one issue. Every column is what `policies.reckoning` made of the ledger's events.

    `next_look_at` is a hint for the watch's index: the truth is recomputed before anything is done.
    """

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="obligations")
    metric = models.CharField(max_length=10, choices=Metric.choices)
    level = models.CharField(max_length=8, choices=Criticality.choices)
    provisional = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=[(state, state.capitalize()) for state in State])
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=12, choices=[(one, one.replace("_", " ").capitalize()) for one in Outcome], blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True, help_text=_("The due instant that was missed."))
    detected_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the portal noticed the breach.")
    )
    adjusted_due_at = models.DateTimeField(null=True, blank=True)
    adjusted_outcome = models.CharField(
        max_length=12, choices=[(one, one.replace("_", " ").capitalize()) for one in Outcome], blank=True
    )
    cycle = models.PositiveSmallIntegerField(default=1, help_text=_("Rises with each reopening."))
    next_look_at = models.DateTimeField(null=True, blank=True)
    set_aside = models.CharField(
        max_length=300, blank=True, help_text=_("Why the watch could not look at it.")
    )

    objects = ObligationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issue", "metric"], name="obligation_once_per_metric"),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True)
                | (~Q(outcome="") & Q(decided_at__isnull=False)),
                name="obligation_decided_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(outcome="breached", breached_at__isnull=False, detected_at__isnull=False)
                | (~Q(outcome="breached") & Q(breached_at__isnull=True)),
                name="obligation_breach_has_instants",
            ),
            models.CheckConstraint(
                condition=~Q(state="paused") | Q(due_at__isnull=True) | ~Q(outcome=""),
                name="obligation_paused_has_no_due",
            ),
        ]
        indexes: ClassVar = [
            # Read by escalations.services.watch every few seconds.
            models.Index(
                fields=["next_look_at"], name="obligation_look", condition=Q(next_look_at__isnull=False)
            ),
            # Read by the staff's queue of missed deadlines without a reason.
            models.Index(fields=["issue"], name="obligation_breached", condition=Q(outcome="breached")),
            # Read by reports: what was decided in a period.
            models.Index(
                fields=["decided_at"], name="obligation_decided", condition=Q(decided_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_metric_display()} of {self.issue_id}: {self.state}"
