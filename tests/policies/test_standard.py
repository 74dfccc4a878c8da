"""The standard agreement is the paper, word for word and number for number."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command

from slaportal.accounts.models import Organization, Party
from slaportal.ledger.models import Event
from slaportal.policies import standard
from slaportal.policies.models import Policy, PolicyVersion
from slaportal.policies.services import load_standard

NOW = datetime(2026, 1, 1, tzinfo=UTC)

# As printed in the agreement.
INTRODUCTION = (
    "This document outlines the Service Level Agreements (SLAs) for resolving identified issues within our Protecto "
    "Products. The SLAs are categorized based on the Criticality of the issues and are intended to ensure timely "
    "remediation to protect the integrity, confidentiality, and availability of our systems and data."
)
MEANINGS = {
    "critical": "Issues that severely impact system functionality and could cause a complete system failure or outage",
    "high": "Issues that significantly impact core functionalities and can severely degrade performance or "
    "usability for a majority of users.",
    "medium": "Issues that partially affect system functionality or performance and have a moderate impact on user "
    "experience",
    "low": "Issues that have minimal impact on system functionality and do not significantly affect user experience",
}
EXAMPLES = {
    "critical": [
        "System crashes leading to service downtime.",
        "Major functionality failure that affects all users",
        "Data integrity issues that result in significant data loss or corruption.",
    ],
    "high": [
        "Major performance issues affecting most users.",
        "Functional bugs that prevent users from completing key tasks.",
        "Data synchronization issues causing inconsistent user experiences.",
    ],
    "medium": [
        "Intermittent functionality issues affecting some users.",
        "Minor performance degradation that does not prevent task completion.",
        "Non-critical feature malfunctions.",
    ],
    "low": [
        "Minor user interface glitches",
        "Small bugs that do not affect primary functionalities",
        "Cosmetic issues or low-priority feature requests.",
    ],
}
PROMISES = {
    ("critical", "response"): "< 1 hour",
    ("critical", "resolution"): "< 24 hours",
    ("high", "response"): "< 6 hours",
    ("high", "resolution"): "< 72 hours",
    ("medium", "response"): "< 1 day",
    ("medium", "resolution"): "within 10 business days",
    ("low", "response"): "< 2 days",
    ("low", "resolution"): "within 90 business days",
}
EXCEPTIONS = (
    "In cases where issues cannot be resolved within the specified time-frames due to business constraints or "
    "technical challenges, an exception process must be initiated"
)
REMAINING = [
    "Weekly status reports on critical and high issues",
    "Monthly status reports on medium and low issues",
    "Real-time monitoring of status and remediation progress",
    "Quarterly audits to ensure adherence to SLAs",
    EXCEPTIONS,
    "Document the reasons for the delay and the mitigation plan",
    "Unresolved critical or high issues that exceed SLA time-frames must be escalated to senior management",
    "Establish an escalation matrix to ensure timely attention and action",
    "Conduct post-mortem analyses for critical and high issues to identify root causes and improve processes",
    "Gather feedback from stakeholders to refine SLA processes and response strategies",
]


@pytest.fixture
def version(db: None) -> PolicyVersion:
    """Version 1 of the standard agreement."""
    return load_standard(now=NOW)


def test_the_eight_targets_are_exactly_the_agreements(version: PolicyVersion) -> None:
    assert {(target.level, target.metric): target.words for target in version.targets.all()} == PROMISES
    amounts = {target.amount for target in version.targets.filter(level="critical")}
    assert amounts == {Decimal(1), Decimal(24)}


def test_less_than_is_before_and_within_is_within(version: PolicyVersion) -> None:
    bounds = {(target.level, target.metric): target.bound for target in version.targets.all()}
    within = {("medium", "resolution"), ("low", "resolution")}
    assert {cell for cell, bound in bounds.items() if bound == "within"} == within


def test_definitions_and_examples_are_the_agreements_words(version: PolicyVersion) -> None:
    definitions = {one.level: one for one in version.definitions.all()}
    assert {level: one.wording for level, one in definitions.items()} == MEANINGS
    assert {level: one.examples for level, one in definitions.items()} == EXAMPLES


def test_introduction_footnote_and_remaining_sections_are_the_agreements_words(
    version: PolicyVersion,
) -> None:
    assert version.introduction == INTRODUCTION
    assert version.footnote == "Issues are classified by both client and Protecto team together"
    for sentence in REMAINING:
        assert sentence in version.terms_text


def test_no_reason_stops_the_clock(version: PolicyVersion) -> None:
    assert version.pause_parties == []


def test_loading_the_agreement_twice_changes_nothing(db: None) -> None:
    call_command("load_agreement", verbosity=0)
    before = list(PolicyVersion.objects.values())
    events = Event.objects.count()
    call_command("load_agreement", verbosity=0)
    assert list(PolicyVersion.objects.values()) == before
    assert Event.objects.count() == events
    assert Policy.objects.get().name == standard.NAME
    assert Organization.objects.get(party=Party.VENDOR).name == "Protecto"


def test_a_version_has_the_same_hash_wherever_it_is_loaded(version: PolicyVersion) -> None:
    # A changed hash is another agreement: publish it as the next version instead of changing these words.
    assert version.content_hash == "7e48b6a6263f7098cd614ae6c0e8d0be70876bce49a427cf2c07fc576104e643"
