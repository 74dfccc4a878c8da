"""Pages of escalations and exceptions."""
