"""Small helps for the pages of issues."""

from collections.abc import Mapping
from typing import Any

from django import template

from slaportal.issues.models import Issue
from slaportal.issues.selectors import related
from slaportal.policies.models import Criticality

register = template.Library()


@register.filter
def of(mapping: Mapping[str, Any], key: Any) -> Any:
    """Return what `mapping` holds under `key`, None without it: {{ forms|of:"agree" }}."""
    return mapping.get(str(key))


@register.simple_tag(takes_context=True)
def similar_to(context: Mapping[str, Any], issue: Issue) -> list[Issue]:
    """Return open issues of the same client that sound like `issue`, as far as the person who looks may read them."""
    member = getattr(context.get("request"), "membership", None)
    if member is None:
        return []
    return related.similar(issue.title, organization=issue.organization, member=member, leave_out=issue)


@register.filter
def level_name(level: str) -> str:
    """Return the name of a level, such as High for "high"."""
    return str(Criticality(level).label) if level in Criticality.values else level
