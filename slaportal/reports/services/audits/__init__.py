"""Audits: they begin by themselves, are looked through by the auditor, and end when both parties sign."""

from slaportal.reports.services.audits.findings import (
    assign_finding,
    close_finding,
    follow_up,
    raise_finding,
)
from slaportal.reports.services.audits.opening import open_due, sweep
from slaportal.reports.services.audits.reviewing import answer_record
from slaportal.reports.services.audits.signing import missing_before_signing, sign

__all__ = [
    "answer_record",
    "assign_finding",
    "close_finding",
    "follow_up",
    "missing_before_signing",
    "open_due",
    "raise_finding",
    "sign",
    "sweep",
]
