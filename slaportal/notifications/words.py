"""Words that every mail has in common, by language. What one kind says stands in its templates."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "portal": "The portal",
        "this_issue": "an issue",
        "quotes": "“{}”",
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
        "new_date": "New date",
        "detected_at": "Noticed",
        "reason": "Reason",
        "message": "Message",
        "details": "Details",
        "open": "Open the issue",
        "nothing": "For your information: there is nothing for you to do.",
        "why": "You get this because you take part in this issue.",
        "instead": "You stand in for",
        "zone": "Times are in your time zone,",
        "answer": (
            "Please answer on the issue’s page: what is written there is seen by both parties, "
            "and the clocks know of it."
        ),
        "support": "Support",
    },
    "de": {
        "portal": "Das Portal",
        "this_issue": "„(ohne Titel)“",
        "quotes": "„{}“",
        "proposed_level": "die vorgeschlagene Einstufung",
        "previous_level": "der bisherigen",
        "provisional": "vorläufig, noch nicht von beiden Parteien vereinbart",
        "reference": "Vorgang",
        "title": "Titel",
        "organization": "Kunde",
        "level": "Einstufung",
        "stage": "Fortschritt",
        "respond_by": "Antwort bis",
        "resolve_by": "Lösung bis",
        "metric": "Uhr",
        "due_at": "Fällig",
        "was_due": "War fällig",
        "new_date": "Neuer Termin",
        "detected_at": "Bemerkt",
        "reason": "Begründung",
        "message": "Nachricht",
        "details": "Einzelheiten",
        "open": "Vorgang öffnen",
        "nothing": "Zu Ihrer Kenntnis: Sie müssen nichts tun.",
        "why": "Sie erhalten dies, weil Sie an diesem Vorgang beteiligt sind.",
        "instead": "Sie vertreten",
        "zone": "Zeiten stehen in Ihrer Zeitzone,",
        "answer": (
            "Bitte antworten Sie auf der Seite des Vorgangs: Was dort steht, sehen beide Parteien, "
            "und die Uhren wissen davon."
        ),
        "support": "Support",
    },
}

# Labels that arrive as values, in the words of the reader; what is missing here is shown as it came.
LABELS: dict[str, dict[str, str]] = {
    "de": {
        "Critical": "Kritisch",
        "High": "Hoch",
        "Medium": "Mittel",
        "Low": "Niedrig",
        "Response": "Antwort",
        "Resolution": "Lösung",
        "Investigating": "Untersuchung",
        "Cause found": "Ursache gefunden",
        "Fixing": "Behebung",
        "Verifying": "Prüfung",
        "Resolved": "Gelöst",
        "Client reporter": "Meldende Person des Kunden",
        "Client manager": "Leitung beim Kunden",
        "Vendor agent": "Support",
        "Vendor lead": "Leitung Support",
        "Senior management": "Geschäftsleitung",
        "Administrator": "Administration",
        "at the breach": "bei Ablauf der Frist",
        "Added time": "zusätzliche Zeit",
        "Waived outcome": "Erlass des Ergebnisses",
        "Explanation only": "nur Erläuterung",
    },
}

# Labels with a figure in them.
PATTERNS: dict[str, list[tuple[str, str]]] = {
    "de": [
        (r"^(\d+) % of the time used$", r"\1 % der Zeit sind um"),
        (r"^(.+) after the breach$", r"\1 nach Ablauf der Frist"),
    ],
}
