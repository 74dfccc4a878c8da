"""Post-mortems and totals of feedback for programs."""
