"""The watch, the escalation matrix, exceptions (spec §5)."""
