"""Acts on reports: each with its event and its messages in one transaction."""
