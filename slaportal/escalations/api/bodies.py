"""How escalations and exceptions look to programs, and what they may ask for."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from slaportal.accounts.api.bodies import Body, Person, StrictText
from slaportal.escalations.models import BreachReason, Escalation, SlaException
from slaportal.policies.models import Metric


class EscalationBody(serializers.Serializer[Escalation]):
    """One step of the matrix that ran, or an escalation that a person raised (`by_hand`)."""

    id = serializers.IntegerField(source="pk")
    issue = serializers.CharField(source="issue.reference")
    metric = serializers.SerializerMethodField()
    role = serializers.CharField()
    by_hand = serializers.BooleanField()
    reason = serializers.CharField()
    due_at = serializers.DateTimeField()
    fired_at = serializers.DateTimeField()
    late = serializers.BooleanField(help_text="It ran more than five minutes after its instant.")
    status = serializers.ChoiceField(choices=Escalation.Status.values)
    raised_by = Person(allow_null=True)
    acknowledged_by = Person(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=Metric.values, allow_null=True))
    def get_metric(self, one: Escalation) -> str | None:
        """Return the clock it is about, null if a person raised it."""
        return one.obligation.metric if one.obligation else None


class ExceptionBody(serializers.Serializer[SlaException]):
    """A departure from counting. It changes the adjusted outcome only, once the client has accepted it."""

    id = serializers.IntegerField(source="pk")
    issue = serializers.CharField(source="issue.reference")
    metric = serializers.ChoiceField(choices=Metric.values)
    effect = serializers.ChoiceField(choices=SlaException.Effect.values)
    cause = serializers.ChoiceField(choices=SlaException.Cause.values)
    reason = serializers.CharField()
    plan = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)
    status = serializers.ChoiceField(choices=SlaException.Status.values)
    requested_by = Person()
    requested_at = serializers.DateTimeField()
    approved_by = Person(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    answer_due_at = serializers.DateTimeField(allow_null=True)
    answered_by = Person(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    contest_reason = serializers.CharField()


class ExceptionRequest(Body):
    """The reason for the delay, the mitigation plan, and what is asked for."""

    metric = serializers.ChoiceField(choices=Metric.values, default=Metric.RESOLUTION)
    effect = serializers.ChoiceField(choices=SlaException.Effect.values)
    cause = serializers.ChoiceField(choices=SlaException.Cause.values)
    reason = StrictText(max_length=5_000, help_text="Why it cannot be done in time.")
    plan = StrictText(max_length=5_000, help_text="One step a line: who – what – until when.")
    until = serializers.DateTimeField(required=False, help_text="The new date, for added time.")


class ReasonBody(serializers.Serializer[BreachReason]):
    """Why a deadline was missed."""

    issue = serializers.CharField(source="issue.reference")
    metric = serializers.ChoiceField(choices=Metric.values, source="obligation.metric")
    code = serializers.ChoiceField(choices=BreachReason.Code.values)
    sentence = serializers.CharField()
    given_by = Person()
    given_at = serializers.DateTimeField()


class ReasonGiven(Body):
    """Why a deadline was missed, and with whom that lies."""

    metric = serializers.ChoiceField(choices=Metric.values)
    code = serializers.ChoiceField(choices=BreachReason.Code.values)
    sentence = StrictText(max_length=5_000, help_text="Both parties read it.")
