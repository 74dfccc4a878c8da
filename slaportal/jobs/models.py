"""Long work as rows: a worker takes one, writes how far it is, and leaves the address of what came out."""

from functools import partial
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.lib.references import new_reference


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs in the words of their readers."""

    def visible_to(self, member: Membership) -> "JobQuerySet":
        """What this member asked for: a result may hold more than a colleague may see."""
        return self.filter(asked_by=member)

    def open(self) -> "JobQuerySet":
        """Neither done nor given up."""
        return self.filter(state__in=Job.OPEN)


class Job(models.Model):
    """One piece of long work, asked for by one person.

    `kind` names its runner (settings.JOB_KINDS), `arguments` are plain values for it. `key` says what is being made:
    while a job with this key is open, asking again gives the same one. `holder` is the worker that has it, until
    `held_until`; then another may take it, so a killed worker loses nothing.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELED = "canceled", _("Canceled")

    OPEN: ClassVar = (State.WAITING, State.RUNNING)

    reference = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_reference, "JOB")
    )
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    arguments: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    key = models.CharField(max_length=160)
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="jobs")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    result_url = models.CharField(max_length=300, blank=True)
    result = models.CharField(max_length=300, blank=True)
    problem = models.CharField(max_length=1000, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-asked_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=("waiting", "running")), name="job_one_open_of_a_key"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "running"), finished_at__isnull=True)
                | Q(state__in=("done", "failed", "canceled"), finished_at__isnull=False),
                name="job_finished_when_over",
            ),
            models.CheckConstraint(
                condition=Q(state="running", held_until__isnull=False) & ~Q(holder="")
                | (~Q(state="running") & Q(held_until__isnull=True, holder="")),
                name="job_held_while_running",
            ),
        ]
        indexes: ClassVar = [
            # Read by jobs.services.take, every second.
            models.Index(fields=["asked_at"], condition=Q(state__in=("waiting", "running")), name="job_open"),
            # Read by the page of one's own work.
            models.Index(fields=["asked_by", "-asked_at"], name="job_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in self.OPEN
