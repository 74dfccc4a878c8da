"""Periods in which a party answers; silence decides when they end (spec §3, §4)."""

from datetime import datetime
from fractions import Fraction

from slaportal.accounts.models import Party
from slaportal.issues.models import Issue, Proposal
from slaportal.policies import clock
from slaportal.policies.clock import Unit
from slaportal.policies.models import Agreement, Metric
from slaportal.policies.selectors import rules_for


def business_days_after(issue: Issue, days: int, *, start: datetime) -> datetime:
    """Return the end of `days` business days of the issue's agreement from `start`."""
    return business_days_of(issue.agreement, days, start=start)


def business_days_of(agreement: Agreement, days: int, *, start: datetime) -> datetime:
    """Return the end of `days` business days of `agreement` from `start`."""
    end = clock.deadline(
        start=start, amount=Fraction(days), unit=Unit.BUSINESS_DAYS, calendar=agreement.hours()
    )
    assert end is not None  # Without pauses there is always an end.
    return end


def answer_due(issue: Issue, proposal: Proposal) -> datetime:
    """Return when silence on `proposal` lets it stand.

    The vendor has the response target of the proposed level, the client the policy's business days.
    """
    if proposal.party == Party.VENDOR:
        days = issue.agreement.policy_version.client_answer_days
        return business_days_after(issue, days, start=proposal.at)
    rule = rules_for(issue.agreement, Metric.RESPONSE)[proposal.level]
    end = clock.deadline(start=proposal.at, amount=rule.amount, unit=rule.unit, calendar=rule.calendar)
    assert end is not None
    return end


def confirmation_due(issue: Issue, *, start: datetime) -> datetime:
    """Return when the client's silence confirms the resolution given at `start`."""
    return business_days_after(issue, issue.agreement.policy_version.confirmation_days, start=start)
