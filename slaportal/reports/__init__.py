"""Adherence, status reports, dashboard, compliance audits (spec §6)."""
