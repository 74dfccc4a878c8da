"""How agreements, calendars and answers of the calculator look to programs."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from slaportal.accounts.api.bodies import OrganizationShort
from slaportal.policies.models import (
    Agreement,
    BoundChoice,
    BusinessCalendar,
    Criticality,
    CriticalityDefinition,
    Metric,
    Target,
    UnitChoice,
)


class CalendarBody(serializers.Serializer[BusinessCalendar]):
    """One edition of the hours of support, in the form of `manage.py deadlines`."""

    id = serializers.IntegerField(source="pk")
    key = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    timezone = serializers.CharField()
    weekly = serializers.DictField(help_text="Weekday → list of windows, each with opening and closing time.")
    holidays = serializers.DictField(help_text="Date → name.")
    special = serializers.DictField(help_text="Date → hours that replace those of the week.")


class TargetBody(serializers.Serializer[Target]):
    """One promise: how much time, in which unit, and whether the due instant itself is still in time."""

    level = serializers.ChoiceField(choices=Criticality.values)
    metric = serializers.ChoiceField(choices=Metric.values)
    amount = serializers.DecimalField(max_digits=9, decimal_places=3)
    unit = serializers.ChoiceField(choices=UnitChoice.values)
    bound = serializers.ChoiceField(choices=BoundChoice.values)
    round_the_clock = serializers.BooleanField()
    words = serializers.CharField()


class DefinitionBody(serializers.Serializer[CriticalityDefinition]):
    """What a level means."""

    level = serializers.ChoiceField(choices=Criticality.values)
    wording = serializers.CharField()
    examples = serializers.ListField(child=serializers.CharField())


class AgreementBody(serializers.Serializer[Agreement]):
    """An agreement: whose it is, when it holds, and the edition of the policy it rests on."""

    id = serializers.IntegerField(source="pk")
    organization = OrganizationShort()
    policy = serializers.CharField(source="policy_version.policy.key")
    version = serializers.IntegerField(source="policy_version.number")
    content_hash = serializers.CharField(source="policy_version.content_hash")
    timezone = serializers.CharField()
    effective_from = serializers.DateTimeField()
    effective_to = serializers.DateTimeField(allow_null=True)
    signed_by_client = serializers.CharField()
    signed_by_vendor = serializers.CharField()
    calendar = CalendarBody(allow_null=True, help_text="null is 24×7.")


class AgreementWithTerms(AgreementBody):
    """An agreement with its eight targets and what each level means."""

    targets = TargetBody(many=True, source="policy_version.targets")
    definitions = DefinitionBody(many=True, source="policy_version.definitions")
    impact_table = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField())
    def get_impact_table(self, agreement: Agreement) -> dict[str, Any]:
        """Return the questions from whose answers a level follows."""
        return agreement.policy_version.impact_table


class DeadlineBody(serializers.Serializer[Any]):
    """When one promise is due for what begins at `start`."""

    level = serializers.ChoiceField(choices=Criticality.values)
    metric = serializers.ChoiceField(choices=Metric.values)
    target = serializers.CharField()
    due = serializers.DateTimeField()


class DeadlinesBody(serializers.Serializer[Any]):
    """All promises of an agreement for what begins at `start`."""

    start = serializers.DateTimeField()
    deadlines = DeadlineBody(many=True)
