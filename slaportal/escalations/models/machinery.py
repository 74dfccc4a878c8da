"""What the loops remember of their own trouble: rows set aside, and times at which a loop stood still."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SetAside(models.Model):
    """A row at which the watch failed: it waits until `until`, so that it stops nobody else and is not tried hot.

    Obligations keep this in columns of their own. The row is deleted when the next try succeeds.
    """

    class What(models.TextChoices):
        ISSUE = "issue", _("Issue")
        REMINDER = "reminder", _("Reminder")
        EXCEPTION = "exception", _("Exception")
        STANDING = "standing", _("Standing exception")

    what = models.CharField(max_length=10, choices=What.choices)
    row = models.BigIntegerField(help_text="Primary key in its table.")
    since = models.DateTimeField(help_text="When it first failed.")
    until = models.DateTimeField(help_text="Next try.")
    tries = models.PositiveIntegerField(default=1)
    reason = models.CharField(max_length=300)

    class Meta:
        verbose_name = "row set aside"
        verbose_name_plural = "rows set aside"
        ordering: ClassVar = ["until", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["what", "row"], name="set_aside_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="set_aside_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.row} until {self.until:%Y-%m-%d %H:%M}"


class Standstill(models.Model):
    """One time that a loop of the portal stood still: noticed by another loop, told once."""

    part = models.CharField(max_length=40, help_text="The heartbeat that stopped.")
    since = models.DateTimeField(help_text="Its last sign of life.")
    noticed_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-since", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["part", "since"], name="standstill_once"),
        ]

    def __str__(self) -> str:
        return f"{self.part} stood still from {self.since:%Y-%m-%d %H:%M:%S}"
