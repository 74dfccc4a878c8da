"""Single topics."""
