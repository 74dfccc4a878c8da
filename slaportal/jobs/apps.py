"""App configuration."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "slaportal.jobs"
    label = "jobs"
