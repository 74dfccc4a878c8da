"""Hours of support as lines of text, and holidays of a country."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from slaportal.accounts.validators import validate_timezone
from slaportal.policies import holidays, hours
from slaportal.policies.clock import ClockError
from slaportal.policies.models import BusinessCalendar


class HoursField(forms.CharField):
    """Lines of text that `read` turns into hours; its sentence is the error."""

    def __init__(self, *, read: Callable[[str], dict[str, Any]], rows: int, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "false"}), **kwargs)
        self.read = read

    def clean(self, value: Any) -> Any:
        """Return the hours in the form of the calendar."""
        text = str(super().clean(value))
        try:
            return self.read(text)
        except ClockError as error:
            raise ValidationError(str(error), code="unreadable") from error


class CalendarForm(forms.Form):
    """One edition of the hours of support."""

    name = forms.CharField(label="Name", max_length=120)
    key = forms.SlugField(
        label="Key", max_length=80, help_text="Names all editions of this calendar, such as berlin."
    )
    timezone = forms.CharField(
        label="Time zone", max_length=64, validators=[validate_timezone], help_text="Such as Europe/Berlin."
    )
    weekly = HoursField(
        label="Hours of each week",
        read=hours.weekly_from,
        rows=4,
        help_text="A line for days with the same hours: Mon-Fri 09:00-12:00, 13:00-17:00. Other days are closed.",
    )
    special = HoursField(
        label="Special days",
        read=hours.special_from,
        rows=4,
        required=False,
        help_text="A line a day, instead of its usual hours: 2026-12-24 09:00-12:00, or 2026-12-31 closed.",
    )
    holidays = HoursField(
        label="Holidays",
        read=hours.holidays_from,
        rows=10,
        required=False,
        help_text="A line a day, closed: 2026-12-25 Christmas Day. “Fill holidays” copies those of a country.",
    )

    def __init__(self, *args: Any, calendar: BusinessCalendar | None = None, **kwargs: Any) -> None:
        if calendar is not None:
            kwargs["initial"] = lines_of(calendar)
        super().__init__(*args, **kwargs)
        if calendar is not None:
            del self.fields["key"]


class HolidaysForm(forms.Form):
    """Whose holidays, for which years."""

    country = forms.ChoiceField(label="Country", choices=[(code, code) for code, _ in holidays.countries()])
    subdivision = forms.CharField(
        label="Part of the country",
        max_length=10,
        required=False,
        help_text="Such as BE for Berlin or CA for California.",
    )
    first_year = forms.IntegerField(label="From year", min_value=1900, max_value=2100)
    last_year = forms.IntegerField(label="To year", min_value=1900, max_value=2100)

    def clean(self) -> dict[str, Any]:
        """Add the holidays as date → name."""
        data = super().clean() or {}
        if not self.errors:
            years = range(data["first_year"], data["last_year"] + 1)
            try:
                data["found"] = holidays.snapshot(
                    country=data["country"], subdivision=data["subdivision"].strip().upper(), years=years
                )
            except holidays.NoHolidays as error:
                raise ValidationError(str(error), code="unknown") from error
        return data


def lines_of(calendar: BusinessCalendar) -> dict[str, str]:
    """Return a calendar as the form writes it."""
    read = calendar.hours()
    return {
        "name": calendar.name,
        "key": calendar.key,
        "timezone": calendar.timezone,
        "weekly": hours.weekly_text(read),
        "special": hours.special_text(read),
        "holidays": hours.holidays_text(read),
    }
