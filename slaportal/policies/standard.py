"""“Product Support SLA” in the agreement's own words: its definitions, eight targets and remaining sections.

What the agreement leaves open (answer periods, warnings, the table of impact questions) is decided here and shown
to both parties (spec §2 to §7).
"""

from decimal import Decimal
from typing import Any, Final, NamedTuple

KEY: Final = "product-support-sla"
NAME: Final = "Product Support SLA"


class Promise(NamedTuple):
    """One target: level, metric, amount, unit, bound."""

    level: str
    metric: str
    amount: Decimal
    unit: str
    bound: str


class Meaning(NamedTuple):
    """What a level means, with its examples."""

    level: str
    wording: str
    examples: list[str]


INTRODUCTION: Final = (
    "This document outlines the Service Level Agreements (SLAs) for resolving identified issues within our Protecto "
    "Products. The SLAs are categorized based on the Criticality of the issues and are intended to ensure timely "
    "remediation to protect the integrity, confidentiality, and availability of our systems and data."
)
FOOTNOTE: Final = "Issues are classified by both client and Protecto team together"

MEANINGS: Final = (
    Meaning(
        "critical",
        "Issues that severely impact system functionality and could cause a complete system failure or outage",
        [
            "System crashes leading to service downtime.",
            "Major functionality failure that affects all users",
            "Data integrity issues that result in significant data loss or corruption.",
        ],
    ),
    Meaning(
        "high",
        "Issues that significantly impact core functionalities and can severely degrade performance or usability "
        "for a majority of users.",
        [
            "Major performance issues affecting most users.",
            "Functional bugs that prevent users from completing key tasks.",
            "Data synchronization issues causing inconsistent user experiences.",
        ],
    ),
    Meaning(
        "medium",
        "Issues that partially affect system functionality or performance and have a moderate impact on user "
        "experience",
        [
            "Intermittent functionality issues affecting some users.",
            "Minor performance degradation that does not prevent task completion.",
            "Non-critical feature malfunctions.",
        ],
    ),
    Meaning(
        "low",
        "Issues that have minimal impact on system functionality and do not significantly affect user experience",
        [
            "Minor user interface glitches",
            "Small bugs that do not affect primary functionalities",
            "Cosmetic issues or low-priority feature requests.",
        ],
    ),
)

PROMISES: Final = (
    Promise("critical", "response", Decimal(1), "hours", "before"),
    Promise("critical", "resolution", Decimal(24), "hours", "before"),
    Promise("high", "response", Decimal(6), "hours", "before"),
    Promise("high", "resolution", Decimal(72), "hours", "before"),
    Promise("medium", "response", Decimal(1), "days", "before"),
    Promise("medium", "resolution", Decimal(10), "business_days", "within"),
    Promise("low", "response", Decimal(2), "days", "before"),
    Promise("low", "resolution", Decimal(90), "business_days", "within"),
)

TERMS: Final = """\
### Reporting and Monitoring

#### Reporting and Monitoring

- Weekly status reports on critical and high issues
- Monthly status reports on medium and low issues

#### Dashboard Monitoring

- Real-time monitoring of status and remediation progress

#### Compliance Audits

- Quarterly audits to ensure adherence to SLAs

### Exceptions and Escalations

#### Exceptions

- In cases where issues cannot be resolved within the specified time-frames due to business constraints or \
technical challenges, an exception process must be initiated
- Document the reasons for the delay and the mitigation plan

#### Escalations

- Unresolved critical or high issues that exceed SLA time-frames must be escalated to senior management
- Establish an escalation matrix to ensure timely attention and action

### Continuous Improvement

#### Post-Mortem Analysis

- Conduct post-mortem analyses for critical and high issues to identify root causes and improve processes

#### Feedback Loop

- Gather feedback from stakeholders to refine SLA processes and response strategies
"""

# Answers stand worst first. The first line whose every condition holds names the level; see policies.impact.
IMPACT_TABLE: Final[dict[str, Any]] = {
    "questions": [
        {
            "key": "stopped",
            "text": "What stopped?",
            "answers": [
                {"key": "everything", "text": "Everything"},
                {"key": "important", "text": "An important function"},
                {"key": "minor", "text": "A minor function"},
                {"key": "nothing", "text": "Nothing, I have a question"},
            ],
        },
        {
            "key": "affected",
            "text": "Who is affected?",
            "answers": [
                {"key": "all", "text": "All users"},
                {"key": "group", "text": "A group"},
                {"key": "one", "text": "One person"},
            ],
        },
        {
            "key": "carry_on",
            "text": "Can you carry on?",
            "answers": [
                {"key": "no", "text": "No"},
                {"key": "workaround", "text": "With a workaround"},
                {"key": "yes", "text": "Yes"},
            ],
        },
        {
            "key": "data",
            "text": "Is data lost, wrong or exposed?",
            "answers": [
                {"key": "yes", "text": "Yes"},
                {"key": "not_sure", "text": "Not sure", "counts_as": "yes"},
                {"key": "no", "text": "No"},
            ],
        },
    ],
    "lines": [
        {"level": "critical", "when": {"data": ["yes"], "affected": ["all", "group"]}},
        {"level": "critical", "when": {"stopped": ["everything"], "affected": ["all", "group"]}},
        {
            "level": "critical",
            "when": {"stopped": ["everything", "important"], "affected": ["all"], "carry_on": ["no"]},
        },
        {"level": "high", "when": {"data": ["yes"]}},
        {"level": "high", "when": {"stopped": ["everything"]}},
        {"level": "high", "when": {"stopped": ["everything", "important"], "affected": ["all"]}},
        {"level": "high", "when": {"stopped": ["everything", "important"], "carry_on": ["no"]}},
        {"level": "medium", "when": {"stopped": ["everything", "important"]}},
        {
            "level": "medium",
            "when": {"stopped": ["everything", "important", "minor"], "affected": ["all", "group"]},
        },
        {"level": "medium", "when": {"carry_on": ["no"]}},
    ],
    "otherwise": "low",
}

# Columns of a policy version beside its words; the agreement lists no reason that stops the clock.
SETTINGS: Final[dict[str, Any]] = {
    "warning_shares": [50, 75, 90],
    "pause_parties": [],
    "client_answer_days": 2,
    "confirmation_days": 5,
    "postmortem_levels": ["critical", "high"],
    "postmortem_days": 10,
    "survey_retention_days": 730,
}
