"""Pages of what goes out to and comes in from other systems."""
