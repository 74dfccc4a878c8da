"""Joint classification: proposals, votes, disputes. Rows are added, never changed (spec §3)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from slaportal.accounts.models import Membership, Party
from slaportal.issues.models.issue import Issue
from slaportal.policies.models import Criticality


class Proposal(models.Model):
    """A level that one party offers, with its reason. Revisions are dense within a round.

    A round begins with a proposal and ends when the level is agreed, lapsed or decided.
    """

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="proposals")
    round = models.PositiveSmallIntegerField()
    revision = models.PositiveSmallIntegerField()
    party = models.CharField(max_length=6, choices=Party.choices)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=8, choices=Criticality.choices)
    reason = models.TextField(blank=True)
    answers: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["round", "revision"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issue", "round", "revision"], name="proposal_revision_once"),
            models.CheckConstraint(condition=Q(level__in=Criticality.values), name="proposal_level_known"),
            models.CheckConstraint(
                condition=Q(round=1, revision=1) | ~Q(reason=""), name="proposal_change_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} by the {self.party}, round {self.round}.{self.revision}"


class Vote(models.Model):
    """One party's yes to exactly one proposal; making a proposal is saying yes to it.

    A level is agreed when both parties voted on the same row. A trigger holds `party` to the member's own party.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="votes")
    party = models.CharField(max_length=6, choices=Party.choices)
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "party"], name="vote_once_per_party"),
        ]

    def __str__(self) -> str:
        return f"{self.party} for {self.proposal_id}"


class Dispute(models.Model):
    """The parties did not find a common level in this round; two deciders now choose."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="disputes")
    round = models.PositiveSmallIntegerField()
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issue", "round"], name="dispute_once_per_round"),
        ]

    def __str__(self) -> str:
        return f"Dispute in round {self.round}"


class DeciderVote(models.Model):
    """A decider's choice in a dispute. The last choice of each party counts; same level twice decides."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="votes")
    party = models.CharField(max_length=6, choices=Party.choices)
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=8, choices=Criticality.choices)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(level__in=Criticality.values), name="decider_vote_level_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.level}"
