"""Small helps for the pages of issues."""

from collections.abc import Mapping
from typing import Any

from django import template

from slaportal.policies.models import Criticality

register = template.Library()


@register.filter
def of(mapping: Mapping[str, Any], key: Any) -> Any:
    """Return what `mapping` holds under `key`, None without it: {{ forms|of:"agree" }}."""
    return mapping.get(str(key))


@register.filter
def level_name(level: str) -> str:
    """Return the name of a level, such as High for "high"."""
    return str(Criticality(level).label) if level in Criticality.values else level
