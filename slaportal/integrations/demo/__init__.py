"""The demo world: two clients, 90 days, every state an issue can be in, as a history file (spec §8)."""
