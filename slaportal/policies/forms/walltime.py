"""Dates and times as a clock on the wall shows them; the zone stands in a field of its own."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _


class WallTimeField(forms.Field):
    """A date and time as a clock on the wall shows it; the zone stands in a field of its own."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        """Return a naive datetime, None for nothing."""
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value
        try:
            found = parse_datetime(str(value).strip())
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:
            raise ValidationError(_("Give a date and a time, such as 2026-03-02 09:30."), code="unreadable")
        return found
