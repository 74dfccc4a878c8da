"""Reports, audits and their findings as lists; acts are done on their own pages, or through the service."""

from slaportal.reports.admin.audits import AuditAdmin, FindingAdmin
from slaportal.reports.admin.status_reports import ReportingTermsAdmin, StatusReportAdmin

__all__ = ["AuditAdmin", "FindingAdmin", "ReportingTermsAdmin", "StatusReportAdmin"]
