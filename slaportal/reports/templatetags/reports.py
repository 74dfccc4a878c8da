"""Numbers as links to the issues behind them, words as links to their definition, and charts."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from slaportal.reports.documents.paper import chart
from slaportal.reports.presentation import Cell, Number

register = template.Library()


@register.simple_tag(takes_context=True)
def number(context: Mapping[str, Any], one: Number) -> SafeString:
    """Show a number as a link to its list. Context: numbers, the address up to the name of the list."""
    quiet = " num--zero" if not one.value else ""
    return format_html('<a class="num{}" href="{}{}">{}</a>', quiet, context["numbers"], one.list, one.value)


@register.simple_tag(takes_context=True)
def defined(context: Mapping[str, Any], anchor: str, words: str) -> SafeString:
    """Show a word as a link to its definition. Context: definitions, the address of the edition in use."""
    return format_html('<a class="term" href="{}#{}">{}</a>', context["definitions"], anchor, words)


@register.simple_tag(takes_context=True)
def trend_chart(context: Mapping[str, Any], cell: Cell) -> SafeString:
    """Show one chart of the trend, its counts as links; its texts are escaped where it is drawn."""
    return mark_safe(chart(cell, numbers=context["numbers"]))  # noqa: S308
