"""App configuration."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "slaportal.feedback"
    label = "feedback"
