"""What bodies are made of: serializers that refuse what they do not know, and how people and organizations look."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from slaportal.accounts.models import Membership, Organization


class Body(serializers.Serializer[Any]):
    """A body that is read: a field that it does not know is an error, so that no misspelled one is lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values. Raises `ValidationError` for unknown fields too."""
        if isinstance(data, Mapping):
            strange = {
                str(name)[:100]: [serializers.ErrorDetail("There is no such field.", code="unknown")]
                for name in data
                if name not in self.fields
            }
            if strange:
                raise serializers.ValidationError(strange)
        return super().to_internal_value(data)


class StrictText(serializers.CharField):
    """Text as JSON knows it: a number or a truth value is none."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text. Raises `ValidationError` for anything else."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictInteger(serializers.IntegerField):
    """A whole number as JSON knows it: text or 1.5 is none."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number. Raises `ValidationError` for anything else."""
        whole = isinstance(data, int) or (isinstance(data, float) and data.is_integer())
        if isinstance(data, bool) or not whole:
            self.fail("invalid")
        return int(data)


class Person(serializers.Serializer[Membership]):
    """Somebody who acts for one of the parties. `id` is the one to use where a person is asked for."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="user.name")
    party = serializers.ChoiceField(choices=["client", "vendor"])


class OrganizationShort(serializers.Serializer[Organization]):
    """An organization by name; `key` is the one it was imported under."""

    id = serializers.IntegerField(source="pk")
    key = serializers.CharField(source="source_key", allow_null=True)
    name = serializers.CharField()


class Member(Person):
    """A person of an organization, with what they may do there."""

    role = serializers.CharField()
    active = serializers.BooleanField()
    organization = OrganizationShort()


class OrganizationFull(OrganizationShort):
    """An organization with its side of the agreement and its zone."""

    party = serializers.ChoiceField(choices=["client", "vendor"])
    timezone = serializers.CharField()


class TokenFacts(serializers.Serializer[Any]):
    """The token that makes this call."""

    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class Me(serializers.Serializer[Any]):
    """Who calls, through which token, and the acts (permissions.csv) that both open now."""

    member = Member()
    token = TokenFacts(allow_null=True)
    acts = serializers.ListField(child=serializers.CharField())
