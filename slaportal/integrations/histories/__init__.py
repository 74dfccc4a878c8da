"""A history as a file: reading, checking and loading JSON lines (spec §8)."""
