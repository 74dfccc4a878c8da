"""App configuration."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "slaportal.ledger"
    label = "ledger"
