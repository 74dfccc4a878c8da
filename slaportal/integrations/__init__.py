"""The edges to other systems: histories as files, demo world (spec §8)."""
