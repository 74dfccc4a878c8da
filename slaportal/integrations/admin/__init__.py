"""What comes in from outside, for the people who look after it."""

from slaportal.integrations.admin.mail import InboundMailAdmin

__all__ = ["InboundMailAdmin"]
