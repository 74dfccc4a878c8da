"""Bringing worlds in and taking the demo out again."""

from slaportal.integrations.services.demonstrating import PASSWORD, demo_is_there, load_demo
from slaportal.integrations.services.loading import Loaded, load
from slaportal.integrations.services.removing import Doomed, doomed, remove_demo

__all__ = [
    "PASSWORD",
    "Doomed",
    "Loaded",
    "demo_is_there",
    "doomed",
    "load",
    "load_demo",
    "remove_demo",
]
