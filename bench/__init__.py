"""Measurements of load and speed: `make bench`."""
