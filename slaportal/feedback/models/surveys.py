"""Surveys: editions of questions, whom one asked, what they answered, and what became of a low answer (spec §7)."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization, Party
from slaportal.issues.models import Issue
from slaportal.policies.models import Agreement, Criticality

EDITABLE: Final = timedelta(days=7)  # after the first answer
BETWEEN: Final = timedelta(days=14)  # one person is asked at most once in this time
OPEN_FOR: Final = timedelta(days=28)  # a request that nobody answered closes then


class SurveyKind(models.TextChoices):
    """What a survey is about."""

    ISSUE = "issue", _("One issue")
    STAKEHOLDER = "stakeholder", _("The agreement")


class SurveyEdition(models.Model):
    """The questions of one survey, in one edition; a change makes the next, so old answers keep their question.

    `questions`: list of key, text, kind and optional (see `feedback.questions`). A trigger refuses changes.
    """

    kind = models.CharField(max_length=12, choices=SurveyKind.choices)
    number = models.PositiveIntegerField()
    questions: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["kind", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "number"], name="survey_edition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, edition {self.number}"


class SurveyTurn(models.Model):
    """When a person was asked last, for the rule of once in 14 days; taken by compare-and-swap."""

    member = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="survey_turn")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.member_id} at {self.asked_at:%Y-%m-%d}"


class SurveyQuerySet(models.QuerySet[Any]):
    """Requests and responses in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "SurveyQuerySet":
        """What `member` may see in totals: a client about itself, the vendor all (survey.read)."""
        if member is None or not member.active:
            return self.none()
        match permissions.scope(member.role, "survey.read"):
            case permissions.ALL:
                return self
            case permissions.ORGANIZATION | permissions.NAMED:
                return self.filter(agreement__organization=member.organization_id)
            case _:
                return self.none()


class SurveyRequest(models.Model):
    """One person asked once, about an issue or about the agreement in a quarter; or why nobody was asked.

    `skipped` is empty for a request that was sent: `recently` (asked in the last 14 days) or `nobody` (of the client).
    """

    class Skipped(models.TextChoices):
        RECENTLY = "recently", _("Asked less than 14 days before")
        NOBODY = "nobody", _("Nobody of the client to ask")

    kind = models.CharField(max_length=12, choices=SurveyKind.choices)
    edition = models.ForeignKey(SurveyEdition, on_delete=models.PROTECT, related_name="requests")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="survey_requests")
    issue = models.OneToOneField(
        Issue, on_delete=models.PROTECT, null=True, blank=True, related_name="survey_request"
    )
    member = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="survey_requests"
    )
    party = models.CharField(max_length=6, choices=Party.choices)
    level = models.CharField(max_length=8, choices=Criticality.choices, blank=True)
    quarter = models.CharField(max_length=7, help_text="Quarter that it is about, such as 2026-Q1.")
    asked_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    answered = models.BooleanField(default=False, help_text="That it was answered; what, stands elsewhere.")
    skipped = models.CharField(max_length=8, choices=Skipped.choices, blank=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-asked_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="issue", issue__isnull=False) | Q(kind="stakeholder", issue__isnull=True),
                name="survey_request_about_its_issue",
            ),
            models.CheckConstraint(
                condition=Q(skipped="", member__isnull=False) | ~Q(skipped=""),
                name="survey_request_asks_somebody",
            ),
            models.CheckConstraint(condition=Q(closes_at__gt=F("asked_at")), name="survey_request_closes"),
            models.UniqueConstraint(
                fields=["agreement", "quarter", "member"],
                condition=Q(kind="stakeholder"),
                name="survey_stakeholder_once_a_quarter",
            ),
        ]
        indexes: ClassVar = [
            # Read by feedback.selectors.satisfaction: whom one asked in a period.
            models.Index(fields=["agreement", "kind", "asked_at"], name="survey_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quarter}"


class SurveyResponse(models.Model):
    """What was answered; the last word within seven days counts.

    `answers` maps the keys of the edition to numbers. Once nothing can be changed any more, what was answered about
    the agreement is cut from who answered it (`request` becomes empty), so that nobody can look it up.
    """

    request = models.OneToOneField(
        SurveyRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="response"
    )
    kind = models.CharField(max_length=12, choices=SurveyKind.choices)
    edition = models.ForeignKey(SurveyEdition, on_delete=models.PROTECT, related_name="responses")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="survey_responses")
    issue = models.ForeignKey(
        Issue, on_delete=models.PROTECT, null=True, blank=True, related_name="survey_responses"
    )
    party = models.CharField(max_length=6, choices=Party.choices)
    level = models.CharField(max_length=8, choices=Criticality.choices, blank=True)
    quarter = models.CharField(max_length=7)
    asked_at = models.DateTimeField(help_text="When the request was sent; the cohort of the response rate.")
    answers: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    answered_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-answered_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(changed_at__gte=F("answered_at")), name="survey_changed_later"
            ),
        ]
        indexes: ClassVar = [
            # Read by feedback.selectors.satisfaction and the page of results.
            models.Index(fields=["agreement", "kind", "asked_at"], name="survey_answered"),
            # Read by feedback.services.surveying.forget: what can be cut from its person.
            models.Index(
                fields=["answered_at"],
                name="survey_to_forget",
                condition=Q(kind="stakeholder", request__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quarter}"

    @property
    def editable_until(self) -> datetime:
        """The last instant at which it can be changed."""
        return self.answered_at + EDITABLE


class FollowUp(models.Model):
    """A low answer is a task: somebody of the vendor gets in touch within one working day and says what came of it."""

    response = models.OneToOneField(SurveyResponse, on_delete=models.PROTECT, related_name="follow_up")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["done_at", "due_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, outcome="")
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(outcome="")),
                name="follow_up_done_says_what_came_of_it",
            ),
        ]
        indexes: ClassVar = [
            # Read by the page of follow-ups: open ones by due instant.
            models.Index(fields=["due_at"], name="follow_up_open", condition=Q(done_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"Follow-up of answer {self.response_id}"
