"""What happened, append-only and provable."""
