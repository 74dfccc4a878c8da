"""What reports keep."""

from slaportal.reports.models.status_reports import (
    Cadence,
    Recipient,
    ReportFile,
    ReportingTerms,
    StatusReport,
    StatusReportQuerySet,
)

__all__ = [
    "Cadence",
    "Recipient",
    "ReportFile",
    "ReportingTerms",
    "StatusReport",
    "StatusReportQuerySet",
]
