"""Submission, joint classification, obligations, remediation (spec §3, §4)."""
