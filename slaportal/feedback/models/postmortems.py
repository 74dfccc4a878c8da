"""The post-mortem of an issue: what happened, why, and what changes because of it (spec §7)."""

from datetime import datetime
from functools import partial
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts.models import Membership
from slaportal.issues.models import Issue, IssueState
from slaportal.lib.references import new_reference

# The texts of a post-mortem in the order in which it is read; each is a column of `PostMortem`.
SECTIONS: Final = (
    "summary",
    "impact",
    "detection",
    "trigger",
    "resolution",
    "went_well",
    "went_poorly",
    "lucky",
    "none_needed",
    "client_text",
)
# Without these nothing goes to review.
NEEDED: Final = ("summary", "impact", "detection", "trigger", "resolution")


class PostMortemState(models.TextChoices):
    """Where a post-mortem stands."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    REVIEWED = "reviewed", _("Reviewed")
    PUBLISHED = "published", _("Published")
    WAIVER = "waiver", _("Waiver asked for")
    WAIVED = "waived", _("Waived")


UNDONE: Final = (
    PostMortemState.DRAFT,
    PostMortemState.REVIEW,
    PostMortemState.REVIEWED,
    PostMortemState.WAIVER,
)
# An issue that was reopened owes its post-mortem only when it is resolved again.
OWING: Final = (IssueState.RESOLVED, IssueState.CONFIRMED)


class PostMortemQuerySet(models.QuerySet["PostMortem"]):
    """Post-mortems in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "PostMortemQuerySet":
        """Post-mortems of the issues that `member` may read; what of each they may read is asked of its editions."""
        return self.filter(issue__in=Issue.objects.visible_to(member))

    def undone(self) -> "PostMortemQuerySet":
        """Those that were neither published nor waived yet and are still owed."""
        return self.filter(state__in=UNDONE, published_at=None, issue__state__in=OWING)

    def overdue(self, now: datetime) -> "PostMortemQuerySet":
        """Those that should have been published by `now`."""
        return self.undone().filter(due_at__lte=now)

    def done(self) -> "PostMortemQuerySet":
        """Those that keep no issue open: published once, or waived."""
        return self.filter(Q(published_at__isnull=False) | Q(state=PostMortemState.WAIVED))


class PostMortem(models.Model):
    """The post-mortem of one issue. The columns are the working text; what was published stands in its editions.

    `version` counts every change, so that two people who write at once lose nothing (see `PostMortemRevision`).
    """

    reference = models.CharField(
        max_length=20, unique=True, default=partial(new_reference, "PM"), editable=False
    )
    issue = models.OneToOneField(Issue, on_delete=models.PROTECT, related_name="postmortem")
    owner = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_postmortems"
    )
    state = models.CharField(max_length=10, choices=PostMortemState.choices, default=PostMortemState.DRAFT)
    created_at = models.DateTimeField()
    counts_from = models.DateTimeField(help_text="The resolution from which the policy's period counts.")
    due_at = models.DateTimeField(help_text="When it has to be published.")
    remind_at = models.DateTimeField(null=True, blank=True, help_text="When its owner is reminded next.")
    version = models.PositiveIntegerField(default=1)

    summary = models.TextField(blank=True)
    impact = models.TextField(blank=True)
    detection = models.TextField(blank=True)
    trigger = models.TextField(blank=True)
    resolution = models.TextField(blank=True)
    went_well = models.TextField(blank=True)
    went_poorly = models.TextField(blank=True)
    lucky = models.TextField(blank=True)
    none_needed = models.TextField(blank=True, help_text="Why no action is committed.")
    client_text = models.TextField(blank=True)
    check_on = models.DateField(null=True, blank=True, help_text="When somebody looks whether it helped.")

    submitted_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    returned_because = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True, help_text="When it was first published.")
    waiver_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    waiver_reason = models.TextField(blank=True)
    waived_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    waived_at = models.DateTimeField(null=True, blank=True)

    objects = PostMortemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_at", "pk"]
        verbose_name = "post-mortem"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=PostMortemState.values), name="postmortem_state_known"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | Q(submitted_by__isnull=False) & ~Q(reviewed_by=F("submitted_by")),
                name="postmortem_four_eyes",
                violation_error_message="Another person than the author must review a post-mortem.",
            ),
            models.CheckConstraint(
                condition=Q(state="review", submitted_by__isnull=False)
                | Q(state="reviewed", reviewed_by__isnull=False)
                | Q(state="published", published_at__isnull=False)
                | Q(state__in=["draft", "waiver", "waived"]),
                name="postmortem_steps_have_people",
            ),
            models.CheckConstraint(
                condition=Q(waived_by__isnull=True)
                | Q(waiver_by__isnull=False) & ~Q(waived_by=F("waiver_by")),
                name="postmortem_waiver_four_eyes",
                violation_error_message="Another person than the one who asks must waive a post-mortem.",
            ),
            models.CheckConstraint(
                condition=Q(state="waived", waived_by__isnull=False, waived_at__isnull=False)
                & ~Q(waiver_reason="")
                | Q(state="waiver", waiver_by__isnull=False, waived_by__isnull=True) & ~Q(waiver_reason="")
                | Q(state__in=["draft", "review", "reviewed", "published"], waived_by__isnull=True),
                name="postmortem_waived_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(remind_at__isnull=True)
                | Q(state__in=["draft", "review", "reviewed", "waiver"], published_at__isnull=True),
                name="postmortem_done_is_not_reminded",
            ),
        ]
        indexes: ClassVar = [
            # Read by feedback.services.postmortems.sweep every minute.
            models.Index(
                fields=["remind_at"], name="postmortem_remind", condition=Q(remind_at__isnull=False)
            ),
            # Read by the list, by the dashboard and by reports: what is not published yet, by its date.
            models.Index(
                fields=["due_at"],
                name="postmortem_undone",
                condition=Q(state__in=["draft", "review", "reviewed", "waiver"], published_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} ({self.get_state_display()})"

    @property
    def done(self) -> bool:
        """Whether it keeps its issue open no more."""
        return self.published_at is not None or self.state == PostMortemState.WAIVED

    @property
    def correcting(self) -> bool:
        """Whether a published one is being corrected; its last edition stands meanwhile."""
        return self.published_at is not None and self.state != PostMortemState.PUBLISHED

    def texts(self) -> dict[str, str]:
        """Return the sections by name."""
        return {name: getattr(self, name) for name in SECTIONS}


class PostMortemRevision(models.Model):
    """The whole text as it was saved once, for ever (trigger): what two people wrote at once can be told apart."""

    postmortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="revisions")
    version = models.PositiveIntegerField(help_text="Version of the post-mortem that this save made.")
    texts: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField()
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    demo = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering: ClassVar = ["version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["postmortem", "version"], name="postmortem_revision_once"),
        ]

    def __str__(self) -> str:
        return f"Text {self.version} of post-mortem {self.postmortem_id} by {self.author}"


class PostMortemAuthor(models.Model):
    """Somebody who wrote at the edition `number` of a post-mortem, and so can neither review nor publish it."""

    postmortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="authors")
    number = models.PositiveIntegerField(help_text="The edition that is being written.")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["postmortem", "number", "member"], name="postmortem_author_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member} writes edition {self.number} of post-mortem {self.postmortem_id}"
