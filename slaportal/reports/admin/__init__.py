"""Audits and their findings as lists; every act on them is done on their own pages."""

from slaportal.reports.admin.audits import AuditAdmin, FindingAdmin

__all__ = ["AuditAdmin", "FindingAdmin"]
