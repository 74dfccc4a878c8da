"""The kinds of filters of which every allow-list of the API is made; each is described in the reference as it is read."""

from typing import Any, Final

import django_filters
from django import forms
from drf_spectacular.utils import extend_schema_field

from slaportal.accounts.models import Membership

MOST_ID: Final = 2**31 - 1
ID: Final[dict[str, Any]] = {"type": "integer", "minimum": 1, "maximum": MOST_ID}


class Several(django_filters.BaseInFilter, django_filters.ChoiceFilter):
    """One or several of the choices, with commas between."""


@extend_schema_field(ID)
class IdFilter(django_filters.Filter):
    """The id of a row."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=MOST_ID, **kwargs)


@extend_schema_field({"type": "boolean"})
class TruthFilter(django_filters.TypedChoiceFilter):
    """True or false and nothing else: the form's own field takes any other word for no filter at all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        words_of_json = [("true", "true"), ("false", "false")]
        super().__init__(*args, choices=words_of_json, coerce=lambda word: word == "true", **kwargs)


class MemberFilterSet(django_filters.FilterSet):
    """Filters that are told who asks."""

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member


def of_id(field: str, label: str) -> django_filters.Filter:
    """Return a filter for the id of a row."""
    return IdFilter(field_name=field, label=label)


def words(most: int, label: str, **options: Any) -> django_filters.CharFilter:
    """Return a filter for a text of at most so many characters."""
    found = django_filters.CharFilter(max_length=most, label=label, **options)
    return extend_schema_field({"type": "string", "minLength": 1, "maxLength": most})(found)


def since(field: str, label: str) -> django_filters.IsoDateTimeFilter:
    """Return a filter for an instant and everything after it."""
    return django_filters.IsoDateTimeFilter(field_name=field, lookup_expr="gte", label=label)


def before(field: str, label: str) -> django_filters.IsoDateTimeFilter:
    """Return a filter for everything before an instant, which is not part of it."""
    return django_filters.IsoDateTimeFilter(field_name=field, lookup_expr="lt", label=label)
