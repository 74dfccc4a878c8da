"""What can be done to learn: post-mortems, surveys, suggestions, what-ifs (spec §7)."""

from slaportal.feedback.services.whatif import answer_what_if, ask_what_if

__all__ = ["answer_what_if", "ask_what_if"]
