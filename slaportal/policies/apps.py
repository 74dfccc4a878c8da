"""App configuration."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "slaportal.policies"
    label = "policies"
