"""Status reports: one for each agreement, cadence and period, frozen when it is issued (spec §6, rules 5 and 6)."""

from datetime import date, timedelta
from functools import partial
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization
from slaportal.lib.references import new_reference
from slaportal.policies.models import Agreement


class Cadence(models.TextChoices):
    """“Weekly status reports on critical and high issues, monthly status reports on medium and low issues.”"""

    WEEKLY = "weekly", _("Weekly")
    MONTHLY = "monthly", _("Monthly")


class StatusReportQuerySet(models.QuerySet["StatusReport"]):
    """Reports in the words of their readers."""

    def visible_to(self, member: Membership | None) -> "StatusReportQuerySet":
        """Reports that `member` may read (permissions.csv, report.read); a client's once they are issued."""
        if member is None or not member.active:
            return self.none()
        match permissions.scope(member.role, "report.read"):
            case permissions.ALL:
                return self
            case permissions.ORGANIZATION | permissions.NAMED:
                return self.filter(organization=member.organization_id, state=StatusReport.State.ISSUED)
            case _:
                return self.none()

    def due(self, now: Any) -> "StatusReportQuerySet":
        """Reports whose time for review is over, the oldest period first."""
        return self.filter(state=StatusReport.State.REVIEW, issue_at__lte=now).order_by("ends", "pk")


class StatusReport(models.Model):
    """One report. In review only its verdict can be edited; once issued nothing changes: a trigger refuses.

    `data` is the canonical JSON of every figure with the issues behind it, `checksum` its SHA-256; the files that
    people download were made of it in the same moment. `ledger_position` is the last event that was recorded then.
    """

    class State(models.TextChoices):
        REVIEW = "review", _("In review")
        ISSUED = "issued", _("Issued")

    reference = models.CharField(
        max_length=20, unique=True, default=partial(new_reference, "REP"), editable=False
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="status_reports")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="status_reports")
    cadence = models.CharField(max_length=7, choices=Cadence.choices)
    begins = models.DateTimeField()
    ends = models.DateTimeField(help_text="The first instant after the period.")
    timezone = models.CharField(max_length=64)
    state = models.CharField(max_length=6, choices=State.choices, default=State.REVIEW)
    issue_at = models.DateTimeField(help_text="When it is issued by itself.")
    verdict = models.CharField(
        max_length=600, blank=True, help_text="The first sentence; empty: the one that the rule writes."
    )
    verdict_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField(null=True, blank=True, help_text="Also the data cut.")
    issued_by = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Nobody: the portal did at the end of the review.",
    )
    data = models.TextField(blank=True)
    checksum = models.CharField(max_length=64, blank=True)
    definitions = models.PositiveSmallIntegerField(null=True, blank=True)
    ledger_position = models.BigIntegerField(null=True, blank=True)
    demo = models.BooleanField(default=False, editable=False)

    objects = StatusReportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-ends", "organization", "cadence"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agreement", "cadence", "begins"], name="status_report_once_per_period"
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("begins")), name="status_report_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(cadence__in=["weekly", "monthly"]), name="status_report_cadence_known"
            ),
            models.CheckConstraint(
                condition=Q(state="review", issued_at__isnull=True, data="", checksum="")
                | (
                    Q(state="issued", issued_at__isnull=False, definitions__isnull=False)
                    & Q(ledger_position__isnull=False)
                    & ~Q(data="")
                    & ~Q(checksum="")
                ),
                name="status_report_issued_is_whole",
            ),
        ]
        indexes: ClassVar = [
            # Read by reports.services.status_reports.sweep every minute.
            models.Index(fields=["issue_at"], name="status_report_due", condition=Q(state="review")),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.get_cadence_display()} {self.organization}"

    @property
    def last_day(self) -> date:
        """The last local day of the period."""
        return self.ends.astimezone(ZoneInfo(self.timezone)).date() - timedelta(days=1)


class ReportFile(models.Model):
    """One form of an issued report, byte for byte as it was made then. Never changes: a trigger refuses."""

    class Kind(models.TextChoices):
        HTML = "html", "HTML"
        PDF = "pdf", "PDF"
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    report = models.ForeignKey(StatusReport, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="Bytes.")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "kind"], name="report_file_once_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of report {self.report_id}"


class ReportingTerms(models.Model):
    """What the parties agreed on beyond the promises themselves: the share that has to be met."""

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="reporting_terms")
    target_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=100,
        help_text="Share of the decided deadlines that has to be met; 100 where the agreement allows for none late.",
    )

    class Meta:
        verbose_name_plural = "reporting terms"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(target_percent__gt=0) & Q(target_percent__lte=100),
                name="reporting_target_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_percent} % for {self.agreement_id}"


class Recipient(models.Model):
    """Somebody who gets the reports of an agreement by mail."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="report_recipients")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agreement", "member"], name="report_recipient_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member} for agreement {self.agreement_id}"
