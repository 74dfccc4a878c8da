"""Days and instants that an edition keeps as text, and values by key."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format

register = template.Library()


@register.filter
def instant_of(text: str) -> datetime | None:
    """Return the instant that an edition keeps as ISO text."""
    return parse_datetime(text) if text else None


@register.filter
def day_of(text: str) -> str:
    """Return a day that an edition keeps as ISO text, in words."""
    day: date | None = parse_date(text) if text else None
    return date_format(day, "j M Y") if day else ""


@register.filter
def at_key(mapping: Mapping[str, Any] | None, key: Any) -> Any:
    """Return what `mapping` holds under `key`, None without it."""
    return mapping.get(str(key)) if mapping else None
