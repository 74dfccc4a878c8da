from django.db import migrations

from slaportal.lib.dbrules import NoTruncate, Refusal

SEALED = "The ledger is sealed: places and checkpoints are never changed or removed."
# The demo world comes out again in one piece, with the logs that are only its own.
OF_THE_DEMO = "EXISTS (SELECT 1 FROM ledger_log WHERE ledger_log.id = OLD.log_id AND ledger_log.demo)"

RULES = [
    Refusal("leaf_no_update", "ledger_leaf", "UPDATE", "1 = 1", SEALED),
    Refusal("leaf_no_delete", "ledger_leaf", "DELETE", f"NOT {OF_THE_DEMO}", SEALED),
    NoTruncate("leaf_no_truncate", "ledger_leaf", SEALED),
    Refusal("checkpoint_no_update", "ledger_checkpoint", "UPDATE", "1 = 1", SEALED),
    Refusal("checkpoint_no_delete", "ledger_checkpoint", "DELETE", f"NOT {OF_THE_DEMO}", SEALED),
    NoTruncate("checkpoint_no_truncate", "ledger_checkpoint", SEALED),
    # A log only grows, and stays whose it is; its name is given once, when it begins.
    Refusal(
        "log_only_grows",
        "ledger_log",
        "UPDATE",
        "NEW.size < OLD.size OR NEW.organization_id <> OLD.organization_id OR NEW.demo <> OLD.demo "
        "OR NEW.reference <> OLD.reference OR (OLD.origin <> '' AND NEW.origin <> OLD.origin)",
        "A log only grows, and keeps its name and owner.",
    ),
    Refusal("log_no_delete", "ledger_log", "DELETE", "NOT OLD.demo", SEALED),
    NoTruncate("log_no_truncate", "ledger_log", SEALED),
]


def wait_for_the_seal(apps, schema_editor):
    """Let the events of before wait for the seal like new ones."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_unsealed (event_id) SELECT id FROM ledger_event")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_seal")]

    operations = [
        migrations.RunPython(wait_for_the_seal, migrations.RunPython.noop),
        *(migrations.RunPython(rule.install, rule.remove) for rule in RULES),
    ]
