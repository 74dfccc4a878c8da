"""The letterbox: what must be said to whom, said at least once and with the same id."""
