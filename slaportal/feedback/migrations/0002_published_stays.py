from django.db import migrations

from slaportal.lib.dbrules import NoTruncate, Refusal

# What was published is what people read and quote: a correction is the next edition.
KEPT = "A published post-mortem never changes: a correction is a new edition."
SAVED = "A saved text is never changed or removed: it is how two authors lose nothing."

# An author may not release the own text, also not through the back door (trust.md I18).
EYES = "Who wrote at this edition can neither review nor publish it."

RULES = [
    Refusal("postmortem_edition_no_update", "feedback_postmortemedition", "UPDATE", "1 = 1", KEPT),
    Refusal("postmortem_edition_no_delete", "feedback_postmortemedition", "DELETE", "NOT OLD.demo", KEPT),
    NoTruncate("postmortem_edition_no_truncate", "feedback_postmortemedition", KEPT),
    Refusal(
        "postmortem_edition_other_eyes",
        "feedback_postmortemedition",
        "INSERT",
        "EXISTS (SELECT 1 FROM feedback_postmortemauthor a WHERE a.postmortem_id = NEW.postmortem_id"
        " AND a.number = NEW.number AND a.member_id IN (NEW.reviewed_by_id, NEW.published_by_id))",
        EYES,
    ),
    Refusal("postmortem_revision_no_update", "feedback_postmortemrevision", "UPDATE", "1 = 1", SAVED),
    Refusal("postmortem_revision_no_delete", "feedback_postmortemrevision", "DELETE", "NOT OLD.demo", SAVED),
    NoTruncate("postmortem_revision_no_truncate", "feedback_postmortemrevision", SAVED),
]


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_postmortems")]

    operations = [migrations.RunPython(rule.install, rule.remove) for rule in RULES]
