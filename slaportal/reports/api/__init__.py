"""Status reports for programs."""
