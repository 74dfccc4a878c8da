"""What an audit rests on and what was signed stands; nobody signs for the other party."""

from django.db import migrations

from slaportal.lib.dbrules import NoTruncate, Refusal

DRAWN = "What an audit is drawn from never changes."
SIGNED = "What was signed stays as it is."
KEPT = "An audit is kept for ever."
OWN_PARTY = "Nobody signs for the other party, and a client signs its own audits only."


def signed(audit: str) -> str:
    """SQL: the audit with this key is signed by both."""
    return f"EXISTS (SELECT 1 FROM reports_audit WHERE reports_audit.id = {audit} AND reports_audit.state = 'signed')"


def real(audit: str) -> str:
    """SQL: the audit with this key is not of the demo world."""
    return f"EXISTS (SELECT 1 FROM reports_audit WHERE reports_audit.id = {audit} AND NOT reports_audit.demo)"


def of_record(row: str) -> str:
    """SQL: the audit of the record of an answer."""
    return f"(SELECT audit_id FROM reports_auditrecord WHERE reports_auditrecord.id = {row}.record_id)"


STRANGER = (
    "NOT EXISTS (SELECT 1 FROM accounts_membership member, reports_audit audit, policies_agreement agreement "
    "WHERE member.id = NEW.member_id AND audit.id = NEW.audit_id AND agreement.id = audit.agreement_id "
    "AND member.party = NEW.party "
    "AND (member.party = 'vendor' OR member.organization_id = agreement.organization_id))"
)
MOVED = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in ("seed", "population_hash", "begins", "ends"))
RULES = (
    Refusal("audit_drawn_once", "reports_audit", "UPDATE", f"OLD.seed <> '' AND ({MOVED})", DRAWN),
    Refusal("audit_signed_stays", "reports_audit", "UPDATE", "OLD.state = 'signed'", SIGNED),
    Refusal("audit_no_delete", "reports_audit", "DELETE", "NOT OLD.demo", KEPT),
    NoTruncate("audit_no_truncate", "reports_audit", KEPT),
    Refusal("audited_no_update", "reports_auditedobligation", "UPDATE", "1 = 1", DRAWN),
    Refusal("audited_no_delete", "reports_auditedobligation", "DELETE", real("OLD.audit_id"), DRAWN),
    NoTruncate("audited_no_truncate", "reports_auditedobligation", DRAWN),
    Refusal(
        "audit_record_stays",
        "reports_auditrecord",
        "UPDATE",
        f"NEW.issue_id <> OLD.issue_id OR NEW.audit_id <> OLD.audit_id OR {signed('OLD.audit_id')}",
        DRAWN,
    ),
    Refusal("audit_record_no_delete", "reports_auditrecord", "DELETE", real("OLD.audit_id"), DRAWN),
    Refusal("audit_answer_no_late", "reports_auditanswer", "INSERT", signed(of_record("NEW")), SIGNED),
    Refusal("audit_answer_signed_stays", "reports_auditanswer", "UPDATE", signed(of_record("OLD")), SIGNED),
    Refusal("audit_answer_no_delete", "reports_auditanswer", "DELETE", real(of_record("OLD")), SIGNED),
    Refusal("finding_no_late", "reports_finding", "INSERT", signed("NEW.audit_id"), SIGNED),
    Refusal(
        "finding_text_stays",
        "reports_finding",
        "UPDATE",
        f"NEW.text <> OLD.text AND {signed('OLD.audit_id')}",
        SIGNED,
    ),
    Refusal(
        "finding_no_delete",
        "reports_finding",
        "DELETE",
        f"{signed('OLD.audit_id')} AND {real('OLD.audit_id')}",
        SIGNED,
    ),
    Refusal("audit_signature_own_party", "reports_auditsignature", "INSERT", STRANGER, OWN_PARTY),
    Refusal("audit_signature_no_update", "reports_auditsignature", "UPDATE", "1 = 1", SIGNED),
    Refusal("audit_signature_no_delete", "reports_auditsignature", "DELETE", real("OLD.audit_id"), SIGNED),
    Refusal("evidence_pack_no_update", "reports_evidencepack", "UPDATE", "1 = 1", KEPT),
    Refusal("evidence_pack_no_delete", "reports_evidencepack", "DELETE", real("OLD.audit_id"), KEPT),
)


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_audits"), ("accounts", "0002_one_party"), ("policies", "0001_initial")]

    operations = [migrations.RunPython(rule.install, rule.remove) for rule in RULES]
