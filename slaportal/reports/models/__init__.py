"""What reports keep."""

from slaportal.reports.models.audits import (
    Answer,
    Audit,
    AuditAnswer,
    AuditedObligation,
    AuditQuerySet,
    AuditRecord,
    AuditSignature,
    EvidencePack,
    Finding,
    FollowUp,
    Question,
)
from slaportal.reports.models.status_reports import (
    Cadence,
    Recipient,
    ReportFile,
    ReportingTerms,
    StatusReport,
    StatusReportQuerySet,
)
from slaportal.reports.models.wallboards import Wallboard, WallboardQuerySet

__all__ = [
    "Answer",
    "Audit",
    "AuditAnswer",
    "AuditQuerySet",
    "AuditRecord",
    "AuditSignature",
    "AuditedObligation",
    "Cadence",
    "EvidencePack",
    "Finding",
    "FollowUp",
    "Question",
    "Recipient",
    "ReportFile",
    "ReportingTerms",
    "StatusReport",
    "StatusReportQuerySet",
    "Wallboard",
    "WallboardQuerySet",
]
