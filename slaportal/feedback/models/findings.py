"""What a post-mortem found: its timeline, the contributing factors, ideas and committed actions (spec §7)."""

from datetime import datetime
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.feedback.models.postmortems import PostMortem
from slaportal.issues.models import Issue
from slaportal.ledger.models import Event


class FactorKind(models.TextChoices):
    """On which side of the work a factor lies."""

    TECHNICAL = "technical", _("Technical")
    PROCESS = "process", _("Process")
    COMMUNICATION = "communication", _("Communication")
    EXTERNAL = "external", _("External")


class ContributingFactor(models.Model):
    """One of the several things that had to come together.

    `name` is short and chosen from those known, so that the same factor is found again in other post-mortems.
    """

    postmortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="factors")
    kind = models.CharField(max_length=14, choices=FactorKind.choices)
    name = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    for_client = models.BooleanField(default=True)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=FactorKind.values), name="factor_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="factor_has_a_name"),
            models.UniqueConstraint(fields=["postmortem", "kind", "name"], name="factor_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()})"


class PostMortemEntry(models.Model):
    """One line of the timeline: an event of the ledger that was ticked, or an own entry with its own words."""

    postmortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="entries")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    text = models.CharField(max_length=500, blank=True)
    for_client = models.BooleanField(default=False, help_text="Own entries only; events have an audience.")

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["postmortem", "event"], name="postmortem_entry_once"),
            models.CheckConstraint(
                condition=Q(event__isnull=False, text="") | Q(event__isnull=True) & ~Q(text=""),
                name="postmortem_entry_is_event_or_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text or self.event} at {self.at:%Y-%m-%d %H:%M}"


class ActionState(models.TextChoices):
    """An idea is no commitment; an action is open until it is done or dropped with a reason."""

    IDEA = "idea", _("Idea")
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


COMMITTED: Final = (ActionState.OPEN, ActionState.DONE, ActionState.DROPPED)


class ActionKind(models.TextChoices):
    """What an action changes."""

    PREVENT = "prevent", _("Prevent")
    DETECT = "detect", _("Detect")
    MITIGATE = "mitigate", _("Mitigate")
    PROCESS = "process", _("Process")


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    """Actions in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "ActionItemQuerySet":
        """Committed actions and ideas for the vendor; for a client what was promised to it in a published edition."""
        visible = self.filter(postmortem__issue__in=Issue.objects.visible_to(member))
        if member is not None and member.is_vendor:
            return visible
        return visible.committed().filter(for_client=True, promised_at__isnull=False)

    def committed(self) -> "ActionItemQuerySet":
        """Actions that somebody owes or owed; no ideas."""
        return self.filter(state__in=COMMITTED)

    def overdue(self, now: datetime) -> "ActionItemQuerySet":
        """Open actions whose day has passed by `now`, the oldest first."""
        return self.filter(state=ActionState.OPEN, overdue_from__lte=now).order_by("overdue_from", "pk")


class ActionItem(models.Model):
    """An idea, or an action to which one person is committed until a day.

    `overdue_from` is the instant at which `due_on` has ended in the zone of the issue's agreement.
    """

    postmortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="actions")
    state = models.CharField(max_length=7, choices=ActionState.choices)
    kind = models.CharField(max_length=8, choices=ActionKind.choices)
    text = models.CharField(max_length=300)
    owner = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_actions"
    )
    due_on = models.DateField(null=True, blank=True)
    overdue_from = models.DateTimeField(null=True, blank=True)
    link = models.URLField(max_length=500, blank=True)
    for_client = models.BooleanField(default=True)
    promised_at = models.DateTimeField(
        null=True, blank=True, help_text="When the client first read of it in a published edition."
    )
    remind_at = models.DateTimeField(null=True, blank=True, help_text="When its owner is reminded next.")
    created_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, help_text="What was done, or why it was dropped.")

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["overdue_from", "pk"]
        verbose_name = "action"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=ActionKind.values), name="action_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="action_says_what"),
            models.CheckConstraint(
                condition=Q(state="idea")
                | Q(
                    state__in=["open", "done", "dropped"],
                    owner__isnull=False,
                    due_on__isnull=False,
                    overdue_from__isnull=False,
                ),
                name="action_committed_has_owner_and_day",
                violation_error_message="A committed action needs an owner and a day.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["idea", "open"], ended_at__isnull=True, ended_by__isnull=True)
                | Q(state__in=["done", "dropped"], ended_at__isnull=False, ended_by__isnull=False),
                name="action_ended_by_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(outcome=""), name="action_dropped_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(remind_at__isnull=True) | Q(state="open"), name="action_only_open_reminds"
            ),
        ]
        indexes: ClassVar = [
            # Read by feedback.services.postmortems.sweep every minute.
            models.Index(fields=["remind_at"], name="action_remind", condition=Q(remind_at__isnull=False)),
            # Read by the page of actions, by the dashboard and by reports.
            models.Index(fields=["overdue_from"], name="action_overdue", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.text
