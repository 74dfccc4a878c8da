"""What reports keep."""

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
    "Cadence",
    "Recipient",
    "ReportFile",
    "ReportingTerms",
    "StatusReport",
    "StatusReportQuerySet",
    "Wallboard",
    "WallboardQuerySet",
]
