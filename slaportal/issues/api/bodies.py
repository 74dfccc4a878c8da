"""How issues and what hangs on them look to programs."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from slaportal.accounts.api.bodies import OrganizationShort, Person
from slaportal.issues.models import (
    Attachment,
    Classification,
    Comment,
    InternalNote,
    Issue,
    IssueState,
    Obligation,
    Proposal,
    Stage,
    WaitingOn,
)
from slaportal.issues.selectors.clocks import list_face
from slaportal.policies.models import Criticality, Metric
from slaportal.policies.reckoning import Outcome

LEVELS = Criticality.values
OUTCOMES = [str(one) for one in Outcome]
CLOCK_STATES = ["running", "at_risk", "paused", "breaching", "met", "breached", "cancelled"]


class File(serializers.Serializer[Attachment]):
    """One file; its bytes are at `url`."""

    reference = serializers.CharField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    uploaded_by = Person()
    at = serializers.DateTimeField()
    url = serializers.SerializerMethodField()

    def get_url(self, file: Attachment) -> str:
        """Return where the bytes are."""
        return f"{settings.PORTAL_URL}/api/v1/attachments/{file.reference}/content"


class Message(serializers.Serializer[Comment]):
    """A message that both parties see, in Markdown as it was written."""

    id = serializers.IntegerField(source="pk")
    author = Person()
    body = serializers.CharField()
    at = serializers.DateTimeField()
    attachments = File(many=True)


class Note(serializers.Serializer[InternalNote]):
    """An internal note of the vendor."""

    id = serializers.IntegerField(source="pk")
    author = Person()
    body = serializers.CharField()
    at = serializers.DateTimeField()
    attachments = File(many=True)


class ProposalBody(serializers.Serializer[Proposal]):
    """A level that one party proposed. It is agreed once both parties said yes to the same proposal."""

    id = serializers.IntegerField(source="pk")
    round = serializers.IntegerField()
    revision = serializers.IntegerField()
    party = serializers.ChoiceField(choices=["client", "vendor"])
    author = Person()
    level = serializers.ChoiceField(choices=LEVELS)
    reason = serializers.CharField()
    answers = serializers.DictField()
    at = serializers.DateTimeField()
    agreed_by = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=["client", "vendor"])))
    def get_agreed_by(self, proposal: Proposal) -> list[str]:
        """Return the parties that said yes to it."""
        return sorted({vote.party for vote in proposal.votes.all()})


class Clock(serializers.Serializer[Obligation]):
    """One target of the agreement applied to the issue: what runs, is met or is missed, and is counted.

    `due_at` is the strict due instant, null while the clock stands still; `outcome` is what is counted.
    """

    metric = serializers.ChoiceField(choices=Metric.values)
    level = serializers.ChoiceField(choices=LEVELS)
    provisional = serializers.BooleanField()
    state = serializers.SerializerMethodField()
    reopened = serializers.SerializerMethodField()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.SerializerMethodField()
    adjusted_due_at = serializers.DateTimeField(allow_null=True)
    adjusted_outcome = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=CLOCK_STATES))
    def get_state(self, obligation: Obligation) -> str:
        """Return the state as it is shown now."""
        return list_face(obligation, now=self.context["now"]).state

    def get_reopened(self, obligation: Obligation) -> bool:
        """Return whether the issue came back after it was resolved."""
        return obligation.cycle > 1

    @extend_schema_field(serializers.ChoiceField(choices=OUTCOMES, allow_null=True))
    def get_outcome(self, obligation: Obligation) -> str | None:
        """Return the strict outcome, null while undecided."""
        return obligation.outcome or None

    @extend_schema_field(serializers.ChoiceField(choices=OUTCOMES, allow_null=True))
    def get_adjusted_outcome(self, obligation: Obligation) -> str | None:
        """Return the outcome with exceptions, null while undecided."""
        return obligation.adjusted_outcome or None


class ObligationBody(Clock):
    """An obligation with the issue it belongs to."""

    issue = serializers.CharField(source="issue.reference")
    organization = OrganizationShort(source="issue.organization")


class Terms(serializers.Serializer[Any]):
    """The agreement by which the issue is judged."""

    agreement = serializers.IntegerField(source="pk")
    policy = serializers.CharField(source="policy_version.policy.key")
    version = serializers.IntegerField(source="policy_version.number")


# What `?expand=` adds to an issue → what is fetched for all issues of a page at once.
EXPANSIONS: dict[str, tuple[str, ...]] = {
    "comments": ("comments__author__user", "comments__attachments__uploaded_by__user"),
    "proposals": ("proposals__author__user", "proposals__votes"),
    "attachments": (),  # only those that the reader may have, see readable()
}


class IssueBody(serializers.Serializer[Issue]):
    """One issue with its clocks. `version` is also its ETag; texts are Markdown as they were written."""

    reference = serializers.CharField()
    version = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    organization = OrganizationShort()
    terms = Terms(source="agreement")
    title = serializers.CharField()
    description = serializers.CharField()
    product = serializers.CharField()
    product_version = serializers.CharField()
    environment = serializers.CharField()
    contact = serializers.CharField()
    reported_by = Person()
    on_behalf_of = Person(allow_null=True)
    assigned_to = Person(allow_null=True)
    submitted_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=IssueState.values)
    level = serializers.ChoiceField(choices=LEVELS)
    provisional = serializers.BooleanField(help_text="Whether the level is not agreed yet.")
    classification = serializers.ChoiceField(choices=Classification.values)
    awaiting_level_from = serializers.ChoiceField(choices=["", "client", "vendor"])
    answer_due_at = serializers.DateTimeField(allow_null=True)
    stage = serializers.ChoiceField(choices=Stage.values)
    percent = serializers.IntegerField()
    next_update_at = serializers.DateTimeField(allow_null=True)
    waiting_on = serializers.ChoiceField(choices=["", *WaitingOn.values])
    waiting_reason = serializers.CharField()
    responded_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution_note = serializers.CharField()
    confirm_by = serializers.DateTimeField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    duplicate_of = serializers.SerializerMethodField()
    follows = serializers.SerializerMethodField()
    clocks = Clock(many=True, source="obligations")
    comments = Message(many=True, required=False)
    proposals = ProposalBody(many=True, required=False)
    attachments = File(many=True, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The reference describes everything; an answer carries what was asked for.
        wanted = self.context.get("expand")
        if wanted is not None:
            for name in EXPANSIONS.keys() - wanted:
                del self.fields[name]

    def get_url(self, issue: Issue) -> str:
        """Return the page for people."""
        return f"{settings.PORTAL_URL}/issues/{issue.reference}"

    def get_duplicate_of(self, issue: Issue) -> str | None:
        """Return the reference of the issue that goes on instead."""
        return issue.duplicate_of.reference if issue.duplicate_of else None

    def get_follows(self, issue: Issue) -> str | None:
        """Return the reference of the ended issue that came back as this one."""
        return issue.follows.reference if issue.follows else None


class IssueWithActs(IssueBody):
    """One issue with the acts that this token can do on it now: POST to `/issues/{reference}/acts/{act}`."""

    acts = serializers.ListField(child=serializers.CharField())


class SpanBody(serializers.Serializer[Any]):
    """One stretch of time and how it counts: counted, closed, holiday, paused or added."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    amount = serializers.FloatField()
    total = serializers.FloatField(
        help_text="What has been counted up to its end, in the unit of the target."
    )


class ExplainedClock(serializers.Serializer[Any]):
    """How one due instant adds up."""

    metric = serializers.ChoiceField(choices=Metric.values)
    level = serializers.ChoiceField(choices=LEVELS)
    provisional = serializers.BooleanField()
    target = serializers.CharField()
    unit = serializers.CharField()
    bound = serializers.ChoiceField(choices=["before", "within"])
    calendar = serializers.CharField()
    submitted = serializers.DateTimeField()
    start = serializers.DateTimeField()
    spans = SpanBody(many=True)
    total = serializers.FloatField()
    due = serializers.DateTimeField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)
    state = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField(allow_null=True)
    adjusted_due = serializers.DateTimeField(allow_null=True)
    adjusted_outcome = serializers.CharField(allow_null=True)


class ExplainedTerms(serializers.Serializer[Any]):
    """The edition of the agreement by which the issue is judged."""

    policy = serializers.CharField()
    version = serializers.IntegerField()
    content_hash = serializers.CharField()
    agreement_from = serializers.DateTimeField()
    timezone = serializers.CharField()


class ExplanationBody(serializers.Serializer[Any]):
    """How both due instants of an issue came about."""

    issue = serializers.CharField()
    reference = serializers.CharField()
    organization = serializers.CharField()
    terms = ExplainedTerms()
    clocks = ExplainedClock(many=True)
