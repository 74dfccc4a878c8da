"""App configuration."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "slaportal.reports"
    label = "reports"
