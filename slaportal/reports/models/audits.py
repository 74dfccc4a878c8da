"""Compliance audits: each quarter of an agreement is recomputed, drawn from, looked at and signed (spec §6, rule 7)."""

from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Party
from slaportal.issues.models import Issue
from slaportal.ledger.models import Checkpoint
from slaportal.lib.canonical import parse_instant
from slaportal.lib.references import new_reference
from slaportal.policies.models import Agreement, Criticality, Metric

# How an obligation was decided, for readers.
OUTCOMES: Final = {"met": _("Met"), "breached": _("Breached"), "not_counted": _("Not counted")}


def _instant(text: str) -> datetime | None:
    return parse_instant(text) if text else None


class Question(models.TextChoices):
    """What is asked of every record; the words of each stand in `selectors.audits.QUESTIONS`."""

    LEVEL = "level", _("Level")
    RESPONSE = "response", _("Response")
    EXCEPTIONS = "exceptions", _("Pauses and exceptions")
    ESCALATIONS = "escalations", _("Escalations")
    CLOSURE = "closure", _("Resolution and closure")


class Answer(models.TextChoices):
    """What the auditor found."""

    CONFORMING = "conforming", _("Conforming")
    DEVIATION = "deviation", _("Deviation")
    NOT_TESTABLE = "not_testable", _("Not testable")


class AuditQuerySet(models.QuerySet["Audit"]):
    """Audits in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "AuditQuerySet":
        """Audits that `member` may read (permissions.csv, audit.read)."""
        if member is None or not member.active:
            return self.none()
        match permissions.scope(member.role, "audit.read"):
            case permissions.ALL:
                return self
            case permissions.ORGANIZATION | permissions.NAMED:
                return self.filter(agreement__organization=member.organization_id)
            case _:
                return self.none()


class Audit(models.Model):
    """One quarter of one agreement.

    While it is prepared nothing is on record yet. Then population, seed and sample stand fast: `population_hash` is
    the SHA-256 of the population as text, `seed` that of this hash and the checkpoint up to which the ledger was
    read, so that nobody chooses it alone and everybody can draw again.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", _("In preparation")
        REVIEW = "review", _("In review")
        SIGNED = "signed", _("Signed by both")

    reference = models.CharField(
        max_length=20, unique=True, default=partial(new_reference, "AUD"), editable=False
    )
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="audits")
    begins = models.DateTimeField()
    ends = models.DateTimeField(help_text="The first instant after the quarter.")
    timezone = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARING)
    opened_at = models.DateTimeField()
    tolerance = models.PositiveSmallIntegerField(
        default=10, help_text="Percent of deviations that the random sample is large enough to rule out."
    )
    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    population_hash = models.CharField(max_length=64, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    drawn_from = models.PositiveIntegerField(default=0, help_text="Issues outside the census.")
    signed_at = models.DateTimeField(null=True, blank=True)
    demo = models.BooleanField(default=False, editable=False)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-ends", "agreement"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agreement", "begins"], name="audit_once_per_quarter"),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="audit_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(state="preparing", seed="", population_hash="", checkpoint__isnull=True)
                | (Q(state__in=["review", "signed"]) & ~Q(seed="") & ~Q(population_hash="")),
                name="audit_in_review_has_a_seed",
            ),
            models.CheckConstraint(
                condition=Q(state="signed", signed_at__isnull=False)
                | (~Q(state="signed") & Q(signed_at__isnull=True)),
                name="audit_signed_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(tolerance__gte=1) & Q(tolerance__lte=50), name="audit_tolerance_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.agreement.organization}, {self.begins:%Y-%m-%d}"


class AuditedObligation(models.Model):
    """One obligation of the population as it stood when the audit was prepared, beside what its events add up to.

    `differences` lists the names of the columns in which both disagree; each is a finding.
    """

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="obligations")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="+")
    metric = models.CharField(max_length=10, choices=Metric.choices)
    stored: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    recomputed: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    differences: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["audit", "issue", "metric"], name="audited_obligation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.issue_id} in {self.audit_id}"

    @property
    def due_at(self) -> datetime | None:
        """When it was due, as recorded."""
        return _instant(self.stored["due_at"])

    @property
    def decided_at(self) -> datetime | None:
        """When it was decided, as recorded."""
        return _instant(self.stored["decided_at"])

    @property
    def outcome_words(self) -> str:
        """The recorded outcome for a reader."""
        return str(OUTCOMES.get(self.stored["outcome"], _("Undecided")))


class AuditRecord(models.Model):
    """One issue that somebody looks at: taken by the census, for `reasons`, or drawn from its stratum, the level."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="records")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="+")
    stratum = models.CharField(max_length=8, choices=Criticality.choices)
    reasons: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list, help_text="Why the census takes it; empty: drawn by the seed."
    )
    number = models.PositiveIntegerField(help_text="Its place in the order of review, from 1.")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["audit", "issue"], name="audit_record_once"),
            models.UniqueConstraint(fields=["audit", "number"], name="audit_record_number_once"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="audit_record_reviewed_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"Record {self.number} of {self.audit_id}"


class AuditAnswer(models.Model):
    """The answer to one question about one record; a deviation says what it is."""

    record = models.ForeignKey(AuditRecord, on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=12, choices=Question.choices)
    answer = models.CharField(max_length=12, choices=Answer.choices)
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "question"], name="audit_answer_once"),
            models.CheckConstraint(
                condition=Q(question__in=Question.values), name="audit_answer_question_known"
            ),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="audit_answer_known"),
            models.CheckConstraint(
                condition=Q(answer="conforming") | ~Q(note=""), name="audit_answer_deviation_says_what"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.answer}"


class Finding(models.Model):
    """Something that was not as agreed, who puts it right, and by when.

    It may rest on a record, on a difference that the recomputation found, or on nothing in particular.
    """

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="findings")
    record = models.ForeignKey(
        AuditRecord, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    difference = models.OneToOneField(
        AuditedObligation, on_delete=models.PROTECT, null=True, blank=True, related_name="finding"
    )
    question = models.CharField(max_length=12, choices=Question.choices, blank=True)
    number = models.PositiveIntegerField(help_text="Within the audit, from 1.")
    text = models.TextField()
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Nobody: the recomputation found it.",
    )
    outcome = models.TextField(blank=True, help_text="What was done about it.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["audit", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["audit", "number"], name="finding_number_once"),
            # One deviation, one finding: saying the same answer again changes it and adds none.
            models.UniqueConstraint(
                fields=["record", "question"], condition=~Q(question=""), name="finding_once_per_answer"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="finding_says_something"),
            models.CheckConstraint(
                condition=Q(owner__isnull=True, due_on__isnull=True)
                | Q(owner__isnull=False, due_on__isnull=False),
                name="finding_owner_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, outcome="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
                name="finding_closed_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"Finding {self.number} of {self.audit_id}"


class FollowUp(models.Model):
    """What a later audit saw of a finding that was open when it began: closed since, or still open and why."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="follow_ups")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="follow_ups")
    done = models.BooleanField()
    note = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["finding"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["audit", "finding"], name="follow_up_once"),
            models.CheckConstraint(condition=~Q(note=""), name="follow_up_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} in {self.audit_id}"


class AuditSignature(models.Model):
    """One party signs the audit through one person. Rows are added, never changed; a trigger holds the party true."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=6, choices=Party.choices)
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["audit", "party"], name="audit_signature_once_per_party"),
        ]

    def __str__(self) -> str:
        return f"{self.party} on {self.audit_id}"


class EvidencePack(models.Model):
    """An evidence pack that was made: one file, known by its SHA-256. The same facts give the same bytes again."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="packs")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    file = models.FileField(upload_to="audits")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["audit", "sha256"], name="evidence_pack_once"),
        ]

    def __str__(self) -> str:
        return f"Pack of {self.audit_id}, {self.sha256[:12]}"
