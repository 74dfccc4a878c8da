"""What people do on an issue: conversation, internal notes, pauses."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.issues.models.issue import Issue, WaitingOn


class Comment(models.Model):
    """A message that both parties see. The vendor's first one is the response (spec §4)."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(help_text=_("Markdown, kept as written and cleaned when shown."))
    salt = models.CharField(max_length=64, editable=False, help_text=_("Salt of the hash in the ledger."))
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(body=""), name="comment_says_something")]
        indexes: ClassVar = [
            # Read by the staff's queue of issues of which the client has heard nothing for days.
            models.Index(fields=["at"], name="comment_at"),
        ]

    def __str__(self) -> str:
        return f"{self.author} at {self.at:%Y-%m-%d %H:%M}"


class InternalNote(models.Model):
    """A note for the vendor's people only: a table of its own, so that no client page can load it."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="internal_notes")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    salt = models.CharField(max_length=64, editable=False, help_text=_("Salt of the hash in the ledger."))
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(body=""), name="note_says_something")]

    def __str__(self) -> str:
        return f"Note by {self.author} at {self.at:%Y-%m-%d %H:%M}"


class Pause(models.Model):
    """A time of waiting. It stops the resolution clock only if the policy version lists whom it waits for."""

    class Contest(models.TextChoices):
        NONE = "", _("Not contested")
        OPEN = "open", _("Contested")
        UPHELD = "upheld", _("Contest upheld")
        DISMISSED = "dismissed", _("Contest dismissed")

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="pauses")
    on = models.CharField(max_length=12, choices=WaitingOn.choices)
    reason = models.CharField(max_length=500)
    requested_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    stops_clock = models.BooleanField()
    contest = models.CharField(max_length=10, choices=Contest.choices, default=Contest.NONE, blank=True)
    contest_reason = models.TextField(blank=True)
    contest_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the vendor's silence upholds the contest.")
    )
    contested_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    judged_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["began_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issue"], condition=Q(ended_at__isnull=True), name="pause_one_open_per_issue"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="pause_has_reason"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
                name="pause_ends_after_begin",
            ),
            models.CheckConstraint(
                condition=Q(judged_by__isnull=True) | ~Q(judged_by=F("requested_by")),
                name="pause_judged_by_another",
            ),
            models.CheckConstraint(
                condition=Q(contest="open", contest_due_at__isnull=False)
                | (~Q(contest="open") & Q(contest_due_at__isnull=True)),
                name="pause_open_contest_has_a_date",
            ),
        ]
        indexes: ClassVar = [
            # Read by escalations.services.watch: contests that silence upholds.
            models.Index(
                fields=["contest_due_at"], name="pause_contest_due", condition=Q(contest_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Waiting on {self.get_on_display()} since {self.began_at:%Y-%m-%d %H:%M}"


class Reminder(models.Model):
    """A note that silence is about to decide something; sent once, or dropped when it no longer matters."""

    class Kind(models.TextChoices):
        ANSWER = "answer", _("Answer on the level")
        CONFIRMATION = "confirmation", _("Confirmation of the resolution")

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    period_ends_at = models.DateTimeField(help_text=_("When silence decides."))
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issue", "kind", "at"], name="reminder_once"),
            models.CheckConstraint(condition=Q(at__lt=F("period_ends_at")), name="reminder_before_the_end"),
        ]
        indexes: ClassVar = [
            # Read by escalations.services.watch every few seconds.
            models.Index(fields=["at"], name="reminder_due", condition=Q(done_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of issue {self.issue_id} at {self.at:%Y-%m-%d %H:%M}"
