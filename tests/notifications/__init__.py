"""The letterbox."""
