from django.db import migrations

from slaportal.lib.dbrules import NoTruncate, Refusal

# The chain of evidence: nobody rewrites what happened, neither code nor a hand at the database.
KEPT = "The ledger is append-only: an event is never changed or removed."

RULES = [
    Refusal("event_no_update", "ledger_event", "UPDATE", "1 = 1", KEPT),
    # The demo world comes out again in one piece; its events were marked when they were written.
    Refusal("event_no_delete", "ledger_event", "DELETE", "NOT OLD.demo", KEPT),
    NoTruncate("event_no_truncate", "ledger_event", KEPT),
    # A text can be erased (its salted hash stays in the event), but never replaced by another.
    Refusal(
        "event_text_no_update",
        "ledger_eventtext",
        "UPDATE",
        "1 = 1",
        "A recorded text is never changed; it can only be erased.",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(rule.install, rule.remove) for rule in RULES]
