"""Who is away, and who stands in (spec §5)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from slaportal.accounts.models import Membership


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences in the words of their readers."""

    def at(self, now: datetime) -> "AbsenceQuerySet":
        """Absences that hold at `now`."""
        return self.filter(begins_at__lte=now, ends_at__gt=now)

    def overlapping(self, begin: datetime, end: datetime) -> "AbsenceQuerySet":
        """Absences that hold at some instant of `[begin, end)`."""
        return self.filter(begins_at__lt=end, ends_at__gt=begin)


class Absence(models.Model):
    """A time `[begins_at, ends_at)` in which no escalation goes to a person, but to the deputy if one is named."""

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="absences")
    begins_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("to")
    deputy = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["begins_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")),
                name="absence_ends_after_it_begins",
                violation_error_message="An absence ends after it begins.",
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("member")),
                name="absence_deputy_is_another",
                violation_error_message="Another person must be the deputy.",
            ),
        ]
        indexes: ClassVar = [
            # Read by escalations.selectors.receiving whenever somebody is told, and by the page of absences.
            models.Index(fields=["ends_at", "begins_at"], name="absence_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.member.user} from {self.begins_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}"
