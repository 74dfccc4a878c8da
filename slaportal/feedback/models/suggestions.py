"""Suggestions: what anyone of either party would change in the agreement or in how it is lived (spec §7)."""

from functools import partial
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization
from slaportal.lib.references import new_reference
from slaportal.policies.models import PolicyVersion


class SuggestionState(models.TextChoices):
    """Where a suggestion stands; in effect once the version that it led to is."""

    NEW = "new", _("New")
    DISCUSSED = "discussed", _("In discussion")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    IN_EFFECT = "in_effect", _("In effect")


UNDECIDED = (SuggestionState.NEW, SuggestionState.DISCUSSED)


class Topic(models.TextChoices):
    """What a suggestion is about; the same words as in the stakeholder survey."""

    RESPONSE = "response", _("Response")
    RESOLUTION = "resolution", _("Resolution")
    CLASSIFICATION = "classification", _("Classification")
    COMMUNICATION = "communication", _("Communication")
    REPORTS = "reports", _("Reports")
    OTHER = "other", _("Something else")


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Suggestions in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "SuggestionQuerySet":
        """Suggestions about the agreement of `member`'s organization; the vendor reads all (suggestion.read)."""
        if member is None or not member.active:
            return self.none()
        match permissions.scope(member.role, "suggestion.read"):
            case permissions.ALL:
                return self
            case permissions.ORGANIZATION | permissions.NAMED:
                return self.filter(organization=member.organization_id)
            case _:
                return self.none()


class Suggestion(models.Model):
    """One proposal to change the agreement with `organization`, or how it is lived; both parties read it.

    `version` is the policy version that it led to; its agreement's beginning puts the suggestion into effect.
    """

    reference = models.CharField(
        max_length=20, unique=True, default=partial(new_reference, "SUG"), editable=False
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="suggestions")
    topic = models.CharField(max_length=16, choices=Topic.choices)
    title = models.CharField(max_length=200)
    text = models.TextField()
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="suggestions")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=SuggestionState.choices, default=SuggestionState.NEW)
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    version = models.ForeignKey(
        PolicyVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="suggestions"
    )
    effective_at = models.DateTimeField(null=True, blank=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["new", "discussed"],
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                    reason="",
                )
                | (
                    Q(
                        state__in=["accepted", "declined", "in_effect"],
                        decided_at__isnull=False,
                        decided_by__isnull=False,
                    )
                    & ~Q(reason="")
                ),
                name="suggestion_decided_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="in_effect", effective_at__isnull=False)
                | (~Q(state="in_effect") & Q(effective_at__isnull=True)),
                name="suggestion_in_effect_since",
            ),
        ]
        indexes: ClassVar = [
            # Read by the list of suggestions of one client.
            models.Index(fields=["organization", "-made_at"], name="suggestion_of_client"),
            # Read by feedback.services.suggesting.note_effect: accepted ones that led to a version.
            models.Index(fields=["version"], name="suggestion_waits", condition=Q(state="accepted")),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def undecided(self) -> bool:
        """Whether nobody has decided yet."""
        return self.state in UNDECIDED


class SuggestionComment(models.Model):
    """One word in the discussion, for both parties."""

    suggestion = models.ForeignKey(Suggestion, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    body = models.TextField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.author_id} at {self.at:%Y-%m-%d %H:%M}"
