"""What the post-mortems of the demo say: their factors, actions and words. A factor may come again, as in life."""

from typing import Final, NamedTuple


class Finding(NamedTuple):
    """One factor with how it contributed, the action against it, and an idea that nobody has committed to yet."""

    kind: str
    name: str
    text: str
    action_kind: str
    action: str
    idea: str


FINDINGS: Final = (
    Finding(
        "technical",
        "Limit not watched",
        "The value had grown for weeks, and nothing warned before it was reached.",
        "detect",
        "Warn at 70 % of every limit that {product} depends on",
        "Show limits and their use on the status page",
    ),
    Finding(
        "technical",
        "Change could not be taken back quickly",
        "Taking the release back needed a migration by hand.",
        "mitigate",
        "Make releases of {product} reversible within ten minutes",
        "Roll out to one tenant at a time",
    ),
    Finding(
        "process",
        "Change without a test at full size",
        "The test environment holds a hundredth of the client's data, so the slowness did not show.",
        "prevent",
        "Test changes of {product} against a copy of full size",
        "Buy hardware for a second copy",
    ),
    Finding(
        "process",
        "Runbook out of date",
        "The first steps of the runbook led to a component that no longer exists.",
        "process",
        "Walk through the runbook of {product} every quarter",
        "Generate the runbook from the deployment",
    ),
    Finding(
        "communication",
        "Two teams looked for the same cause",
        "Nobody had said who leads; both worked on the database for an hour.",
        "process",
        "Name one lead in the first message of every Critical issue",
        "A shared page for running incidents",
    ),
    Finding(
        "communication",
        "Client's question waited in the wrong queue",
        "The answer of the client came to the mailbox of the first line and was read the next morning.",
        "process",
        "Send answers on Critical and High issues to the person who works on them",
        "Ask for a phone number in the report",
    ),
    Finding(
        "external",
        "Supplier changed an interface",
        "The supplier announced the change to an address that nobody reads any more.",
        "detect",
        "Check the interfaces of suppliers every hour with a known request",
        "A contract clause about notice of changes",
    ),
)

SUMMARY: Final = (
    "Part of {product} did not work for {organization}. {cause} The correction was delivered and holds."
)
IMPACT: Final = "Users of {product} could not finish their work as usual. No data was lost."
DETECTION: Final = (
    "The client noticed it; our own monitoring of {product} was silent.",
    "Our monitoring saw it some minutes before the client reported it.",
    "The client noticed it hours after it had begun, since it came slowly.",
)
TRIGGER: Final = (
    "A regular release of {product} the evening before.",
    "A job at night that met more data than ever before.",
    "A change of configuration that was right for all tenants but one.",
)
WELL: Final = (
    "The client described it so well that it could be reproduced within minutes.",
    "The correction was small and was tested the same day.",
)
POORLY: Final = (
    "The first look went to the wrong component.",
    "It took long until somebody with rights to that system was found.",
)
LUCKY: Final = ("It was a quiet day.", "Only one tenant used the function that week.")
CLIENT: Final = (
    "Part of {product} did not work for you. {cause} We have corrected it and looked at why it could happen and why we "
    "did not see it first. Below is what contributed and what we change."
)
WAIVED: Final = (
    "Same cause as an issue of the week before, whose post-mortem covers both; agreed with the client."
)
SENT_BACK: Final = "Please say in the impact how many users were concerned, and since when."
OUTCOMES: Final = (
    "Done and in use since the release of this week.",
    "Live; it warned once already, rightly.",
)
