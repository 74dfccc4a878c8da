"""App configuration."""

from django.apps import AppConfig


class IssuesConfig(AppConfig):
    name = "slaportal.issues"
    label = "issues"
