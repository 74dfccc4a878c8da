from django.db import migrations

from slaportal.lib.dbrules import Refusal

# A published version is what both parties signed (spec §1). Only a policy of the demo world can be removed.
SEALED = "A published policy version never changes. Draft the next version instead."


def published(row: str) -> str:
    """SQL: the version that `row` of a part belongs to is published."""
    return (
        "EXISTS (SELECT 1 FROM policies_policyversion version "
        f"WHERE version.id = {row}.version_id AND version.status = 'published')"
    )


DEMO = (
    "EXISTS (SELECT 1 FROM policies_policyversion version "
    "JOIN policies_policy policy ON policy.id = version.policy_id "
    "WHERE version.id = OLD.version_id AND policy.demo)"
)


def parts_sealed(name: str, table: str) -> list[Refusal]:
    """Rules that seal the rows of `table`, the parts of a version, once it is published."""
    return [
        Refusal(f"{name}_no_insert", table, "INSERT", published("NEW"), SEALED),
        Refusal(f"{name}_no_update", table, "UPDATE", f"{published('OLD')} OR {published('NEW')}", SEALED),
        Refusal(f"{name}_no_delete", table, "DELETE", f"{published('OLD')} AND NOT {DEMO}", SEALED),
    ]


RULES = [
    Refusal(
        "policy_version_no_update", "policies_policyversion", "UPDATE", "OLD.status = 'published'", SEALED
    ),
    Refusal(
        "policy_version_no_delete",
        "policies_policyversion",
        "DELETE",
        "OLD.status = 'published' AND NOT EXISTS "
        "(SELECT 1 FROM policies_policy policy WHERE policy.id = OLD.policy_id AND policy.demo)",
        SEALED,
    ),
    *parts_sealed("definition", "policies_criticalitydefinition"),
    *parts_sealed("target", "policies_target"),
    Refusal(
        "policy_demo_fixed",
        "policies_policy",
        "UPDATE",
        "NEW.demo <> OLD.demo",
        "A policy stays in the world it was made for: demo or real.",
    ),
    Refusal(
        "calendar_used_no_update",
        "policies_businesscalendar",
        "UPDATE",
        "EXISTS (SELECT 1 FROM policies_agreement agreement WHERE agreement.calendar_id = OLD.id)",
        "A calendar that an agreement uses never changes. Make its next version instead.",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]

    operations = [migrations.RunPython(rule.install, rule.remove) for rule in RULES]
