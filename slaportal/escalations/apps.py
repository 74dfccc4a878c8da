"""App configuration."""

from django.apps import AppConfig


class EscalationsConfig(AppConfig):
    name = "slaportal.escalations"
    label = "escalations"
