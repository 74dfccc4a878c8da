"""Continuous improvement: post-mortems, surveys, suggestions and what-if (agreement, section 5)."""
