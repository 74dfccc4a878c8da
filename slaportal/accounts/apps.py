"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "slaportal.accounts"
    label = "accounts"
