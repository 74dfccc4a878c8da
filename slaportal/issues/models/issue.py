"""The issue: one matter reported by a client."""

from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization, Party, User
from slaportal.lib.references import new_reference
from slaportal.policies.models import Agreement, Criticality


class IssueState(models.TextChoices):
    """Where an issue stands in its life (spec §4)."""

    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting")
    RESOLVED = "resolved", _("Resolved")
    CONFIRMED = "confirmed", _("Confirmed")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    DUPLICATE = "duplicate", _("Duplicate")


LIVE = (IssueState.OPEN, IssueState.WAITING, IssueState.RESOLVED)
WORKING = (IssueState.OPEN, IssueState.WAITING)


class Classification(models.TextChoices):
    """Where the two parties stand on the level (spec §3)."""

    PROPOSED = "proposed", _("Proposed")
    COUNTERED = "countered", _("Countered")
    DISPUTED = "disputed", _("Disputed")
    AGREED = "agreed", _("Agreed")


class Stage(models.TextChoices):
    """How far remediation has come; the client sees it live."""

    INVESTIGATING = "investigating", _("Investigating")
    CAUSE_FOUND = "cause_found", _("Cause found")
    FIXING = "fixing", _("Fixing")
    VERIFYING = "verifying", _("Verifying")
    RESOLVED = "resolved", _("Resolved")


class WaitingOn(models.TextChoices):
    """Whom an issue waits for."""

    CLIENT = "client", _("Client")
    THIRD_PARTY = "third_party", _("Third party")


class IssueQuerySet(models.QuerySet["Issue"]):
    """Issues in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "IssueQuerySet":
        """Issues that `member` may read (permissions.csv, issue.read): the one gate for every door."""
        if member is None or not member.active:
            return self.none()
        match permissions.scope(member.role, "issue.read"):
            case permissions.ALL:
                return self
            case permissions.ORGANIZATION | permissions.NAMED:
                return self.filter(organization=member.organization_id)
            case permissions.OWN:
                # By id, since a join on the watchers would show an issue once for each of them.
                watched = member.watched_issues.order_by().values("pk")
                own = Q(reported_by=member) | Q(on_behalf_of=member) | Q(pk__in=watched)
                return self.filter(own, organization=member.organization_id)
            case _:
                return self.none()

    def live(self) -> "IssueQuerySet":
        """Issues that still need somebody."""
        return self.filter(state__in=LIVE)

    def by_urgency(self) -> "IssueQuerySet":
        """Next running deadline first, those without one last."""
        return self.order_by(F("next_due_at").asc(nulls_last=True), "submitted_at", "pk")

    def awaiting_level_from(self, party: str) -> "IssueQuerySet":
        """Issues whose level waits for an answer of `party`."""
        return self.live().filter(
            Q(awaiting_level_from=party) | Q(classification=Classification.DISPUTED, awaiting_level_from="")
        )


class Issue(models.Model):
    """One matter reported by a client; it belongs to one organization for ever and is never deleted.

    State, level and dates are a cache of the ledger's events: only `issues.services` writes them.
    """

    reference = models.CharField(
        max_length=20, unique=True, default=partial(new_reference, "ISS"), editable=False
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="issues")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="issues")
    title = models.CharField(max_length=200)
    description = models.TextField()
    product = models.CharField(max_length=120, blank=True)
    product_version = models.CharField(max_length=60, blank=True)
    environment = models.CharField(max_length=120, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    answers: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, blank=True)
    reported_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="reported_issues")
    on_behalf_of = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="affecting_issues"
    )
    watchers: models.ManyToManyField[Membership, Any] = models.ManyToManyField(
        Membership, blank=True, related_name="watched_issues"
    )
    submitted_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=IssueState.choices, default=IssueState.OPEN)
    level = models.CharField(max_length=8, choices=Criticality.choices)
    provisional = models.BooleanField(default=True)
    classification = models.CharField(
        max_length=10, choices=Classification.choices, default=Classification.PROPOSED
    )
    awaiting_level_from = models.CharField(max_length=6, choices=Party.choices, blank=True)
    answer_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When silence decides the level.")
    )
    round = models.PositiveSmallIntegerField(default=1)

    assigned_to = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="assigned_issues"
    )
    stage = models.CharField(max_length=14, choices=Stage.choices, default=Stage.INVESTIGATING)
    percent = models.PositiveSmallIntegerField(default=0)
    next_update_at = models.DateTimeField(null=True, blank=True)
    waiting_on = models.CharField(max_length=12, choices=WaitingOn.choices, blank=True)
    waiting_reason = models.CharField(max_length=500, blank=True)
    responded_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution_note = models.TextField(blank=True)
    confirm_by = models.DateTimeField(
        null=True, blank=True, help_text=_("When silence confirms the resolution.")
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates"
    )
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    next_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Next running deadline, for lists.")
    )
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    source_key = models.CharField(max_length=120, null=True, blank=True, editable=False)
    submission_key = models.CharField(max_length=64, null=True, blank=True, editable=False)
    demo = models.BooleanField(default=False, editable=False)

    objects = IssueQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source_key"], name="issue_source_key_once"),
            # The same form sent twice makes one issue.
            models.UniqueConstraint(fields=["reported_by", "submission_key"], name="issue_submission_once"),
            models.CheckConstraint(condition=Q(level__in=Criticality.values), name="issue_level_known"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="issue_percent_up_to_100"),
            models.CheckConstraint(
                condition=Q(state="waiting") & ~Q(waiting_on="") | ~Q(state="waiting") & Q(waiting_on=""),
                name="issue_waiting_is_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["resolved", "confirmed"], resolved_at__isnull=False)
                | Q(state="closed")
                | Q(state__in=["open", "waiting"], resolved_at__isnull=True)
                | Q(state__in=["withdrawn", "duplicate"]),
                name="issue_resolved_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(state="duplicate", duplicate_of__isnull=False)
                | (~Q(state="duplicate") & Q(duplicate_of__isnull=True)),
                name="issue_duplicate_names_the_other",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("id")),
                name="issue_not_its_own_duplicate",
            ),
        ]
        indexes: ClassVar = [
            # Read by the staff queue and the client's list: live issues by next deadline.
            # Ascending, since SQLite has no NULLS LAST in an index; PostgreSQL's ascending order is that anyway.
            models.Index(
                fields=["next_due_at", "submitted_at"],
                name="issue_queue",
                condition=Q(state__in=["open", "waiting", "resolved"]),
            ),
            # Read by the client's list of everything, newest first.
            models.Index(fields=["organization", "-submitted_at"], name="issue_of_organization"),
            # Read by the API's list for the vendor, newest first, page by page.
            models.Index(fields=["submitted_at", "id"], name="issue_submitted"),
            # Read by programs that keep a copy: what changed since, longest unchanged first.
            models.Index(fields=["updated_at", "id"], name="issue_updated"),
            # Read by the lapse and confirmation sweeps.
            models.Index(
                fields=["answer_due_at"], name="issue_answer_due", condition=Q(answer_due_at__isnull=False)
            ),
            models.Index(
                fields=["confirm_by"], name="issue_confirm_by", condition=Q(confirm_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_live(self) -> bool:
        """Whether it still needs somebody."""
        return self.state in LIVE

    def belongs_to(self, member: Membership) -> bool:
        """Whether `member` reported it, is affected by it or watches it (scope “own”)."""
        if member.pk in (self.reported_by_id, self.on_behalf_of_id):
            return True
        return self.watchers.filter(pk=member.pk).exists()

    def people_of(self, party: str) -> Iterator[User]:
        """Yield the people of `party` whom this issue concerns, without doubles; looked up only if somebody is told.

        Client: reporter, affected person, watchers and managers. Vendor: the assignee or, before there is one,
        agents and leads.
        """
        members = Membership.objects.filter(active=True, user__is_active=True, party=party)
        if party == Party.CLIENT:
            members = members.filter(organization=self.organization_id).filter(
                Q(pk__in=[self.reported_by_id, self.on_behalf_of_id])
                | Q(role="client_manager")
                | Q(watched_issues=self)
            )
        elif self.assigned_to_id:
            members = members.filter(pk=self.assigned_to_id)
        else:
            members = members.filter(role__in=["vendor_agent", "vendor_lead"])
        yield from User.objects.filter(memberships__in=members).distinct().order_by("pk")
