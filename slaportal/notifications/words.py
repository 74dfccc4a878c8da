"""Words that every mail has in common, by language. What one kind says stands in its templates."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "portal": "The portal",
        "this_issue": "an issue",
        "proposed_level": "the proposed level",
        "previous_level": "the level before",
        "provisional": "provisional, not yet agreed by both parties",
        "reference": "Issue",
        "title": "Title",
        "organization": "Client",
        "level": "Criticality",
        "stage": "Progress",
        "respond_by": "Respond by",
        "resolve_by": "Resolve by",
        "metric": "Clock",
        "due_at": "Due",
        "was_due": "Was due",
        "detected_at": "Noticed",
        "reason": "Reason",
        "message": "Message",
        "details": "Details",
        "open": "Open the issue",
        "nothing": "For your information: there is nothing for you to do.",
        "why": "You get this because you take part in this issue.",
        "zone": "Times are in your time zone,",
        "answer": (
            "Please answer on the issue’s page: what is written there is seen by both parties, "
            "and the clocks know of it."
        ),
        "support": "Support",
    },
}
