"""Watching obligations, escalating, acknowledging."""

from slaportal.escalations.services.escalating import acknowledge, escalate
from slaportal.escalations.services.watching import next_look, watch

__all__ = ["acknowledge", "escalate", "next_look", "watch"]
