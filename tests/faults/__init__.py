"""Processes killed, brokers emptied, watchers doubled: nothing is lost and nothing happens twice (spec §5)."""
