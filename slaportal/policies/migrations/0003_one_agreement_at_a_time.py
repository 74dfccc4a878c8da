from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from slaportal.lib.dbrules import Refusal

# At every instant an organization has one set of terms or none (spec §1); periods are half-open.
OVERLAP = "Two agreements of one organization must not overlap."
OTHER_AT_THE_SAME_TIME = (
    "EXISTS (SELECT 1 FROM policies_agreement other WHERE other.organization_id = NEW.organization_id "
    "AND (other.effective_to IS NULL OR other.effective_to > NEW.effective_from) "
    "AND (NEW.effective_to IS NULL OR NEW.effective_to > other.effective_from){and_not_itself})"
)
UNPUBLISHED = (
    "NOT EXISTS (SELECT 1 FROM policies_policyversion version "
    "WHERE version.id = NEW.policy_version_id AND version.status = 'published')"
)
PUBLISHED_ONLY = "An agreement binds to a published policy version."

RULES = [
    Refusal(
        "agreement_no_overlap",
        "policies_agreement",
        "INSERT",
        # In a BEFORE INSERT trigger SQLite does not know the new row's id yet.
        OTHER_AT_THE_SAME_TIME.format(and_not_itself=""),
        OVERLAP,
    ),
    Refusal(
        "agreement_still_no_overlap",
        "policies_agreement",
        "UPDATE",
        OTHER_AT_THE_SAME_TIME.format(and_not_itself=" AND other.id <> NEW.id"),
        OVERLAP,
    ),
    Refusal("agreement_published_only", "policies_agreement", "INSERT", UNPUBLISHED, PUBLISHED_ONLY),
    Refusal(
        "agreement_terms_fixed",
        "policies_agreement",
        "UPDATE",
        "NEW.organization_id <> OLD.organization_id OR NEW.policy_version_id <> OLD.policy_version_id "
        "OR COALESCE(NEW.calendar_id, 0) <> COALESCE(OLD.calendar_id, 0) OR NEW.timezone <> OLD.timezone "
        "OR NEW.effective_from <> OLD.effective_from OR NEW.signed_by_client <> OLD.signed_by_client "
        "OR NEW.signed_by_vendor <> OLD.signed_by_vendor",
        "A signed agreement never changes; only its end can be set.",
    ),
]


def exclude_overlaps(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """On PostgreSQL two transactions at once do not see each other's rows: a constraint does."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE policies_agreement ADD CONSTRAINT agreement_periods_apart EXCLUDE USING gist "
            "(int8range(organization_id, organization_id, '[]') WITH &&, "
            "tstzrange(effective_from, effective_to) WITH &&)"
        )


def allow_overlaps(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop that constraint again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE policies_agreement DROP CONSTRAINT agreement_periods_apart")


class Migration(migrations.Migration):
    dependencies = [("policies", "0002_published_is_sealed")]

    operations = [
        *(migrations.RunPython(rule.install, rule.remove) for rule in RULES),
        migrations.RunPython(exclude_overlaps, allow_overlaps),
    ]
