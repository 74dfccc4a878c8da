from django.db import migrations

from slaportal.lib.dbrules import Refusal

# A membership repeats its organization's party so that constraints can speak of it (spec §1, §3).
# These rules keep the copy true, whatever writes: code, admin or a hand at the database.
OTHER_PARTY = (
    "NEW.party <> (SELECT organization.party FROM accounts_organization organization "
    "WHERE organization.id = NEW.organization_id)"
)
MISMATCH = "A membership belongs to the party of its organization."

RULES = [
    Refusal("membership_party_matches", "accounts_membership", "INSERT", OTHER_PARTY, MISMATCH),
    Refusal("membership_party_still_matches", "accounts_membership", "UPDATE", OTHER_PARTY, MISMATCH),
    Refusal(
        "organization_party_fixed",
        "accounts_organization",
        "UPDATE",
        "NEW.party <> OLD.party",
        "An organization stays on the side of the agreement it was made for.",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(rule.install, rule.remove) for rule in RULES]
