"""Escalations, exceptions and reasons for programs. Acknowledging, approving and accepting stay with people."""
