"""Small pieces of the pages of what is learned."""

from datetime import timedelta

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """Return a share from 0 to 1 as whole percent, "" for none."""
    return "" if share is None else f"{round(100 * share)} %"


@register.filter
def points(score: float | None) -> str:
    """Return a net promoter score with its sign, "" for none."""
    return "" if score is None else f"{round(score):+d}".replace("-", "−")


@register.filter
def hours(seconds: float) -> str:
    """Return seconds as hours with one decimal."""
    return gettext("%(hours)s h") % {"hours": number_format(seconds / timedelta(hours=1).total_seconds(), 1)}


@register.filter
def words(text: str) -> str:
    """Return the portal's own words, such as a question of an edition, in the reader's language."""
    return gettext(text) if text else ""
