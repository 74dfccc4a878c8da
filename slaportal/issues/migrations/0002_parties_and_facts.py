from django.db import migrations

from slaportal.lib.dbrules import Refusal

# Nobody can speak for the other party, and what was said or breached stays (spec §3, §4).


def of_another_party(row_party: str, person: str) -> str:
    """SQL: the new row's party is not that of the membership in column `person`."""
    return f"NEW.{row_party} <> (SELECT member.party FROM accounts_membership member WHERE member.id = NEW.{person})"


def stranger(person: str, issue_of_row: str) -> str:
    """SQL: the person is a client's, and not of the organization of the issue."""
    return (
        "EXISTS (SELECT 1 FROM accounts_membership member, issues_issue issue "
        f"WHERE member.id = NEW.{person} AND issue.id = {issue_of_row} "
        "AND member.party = 'client' AND member.organization_id <> issue.organization_id)"
    )


def of_real_issue(issue_of_row: str) -> str:
    """SQL: the issue is not of the demo world, so it and what belongs to it stay."""
    return f"EXISTS (SELECT 1 FROM issues_issue issue WHERE issue.id = {issue_of_row} AND NOT issue.demo)"


ISSUE_OF = {
    "proposal": "{row}.issue_id",
    "vote": "(SELECT proposal.issue_id FROM issues_proposal proposal WHERE proposal.id = {row}.proposal_id)",
    "dispute": "{row}.issue_id",
    "decidervote": "(SELECT dispute.issue_id FROM issues_dispute dispute WHERE dispute.id = {row}.dispute_id)",
}
AUTHOR = {"proposal": "author_id", "vote": "member_id", "dispute": "opened_by_id", "decidervote": "member_id"}
KEPT = "What a party said about the level is kept as it was said."
OWN_PARTY = "Nobody can speak for the other party."
OWN_ORGANIZATION = "A client speaks on the issues of their own organization only."


def said(name: str) -> list[Refusal]:
    """Rules for one table of the joint classification."""
    table, new, old = f"issues_{name}", ISSUE_OF[name].format(row="NEW"), ISSUE_OF[name].format(row="OLD")
    rules = [
        Refusal(f"{name}_no_update", table, "UPDATE", "1 = 1", KEPT),
        Refusal(f"{name}_no_delete", table, "DELETE", of_real_issue(old), KEPT),
        Refusal(f"{name}_own_organization", table, "INSERT", stranger(AUTHOR[name], new), OWN_ORGANIZATION),
    ]
    if name != "dispute":
        other = of_another_party("party", AUTHOR[name])
        rules.append(Refusal(f"{name}_own_party", table, "INSERT", other, OWN_PARTY))
    return rules


FOREIGN_AGREEMENT = (
    "NOT EXISTS (SELECT 1 FROM policies_agreement agreement "
    "WHERE agreement.id = NEW.agreement_id AND agreement.organization_id = NEW.organization_id)"
)
FOREIGN = "An issue is judged by an agreement of its own organization."

RULES = [
    Refusal("issue_own_agreement", "issues_issue", "INSERT", FOREIGN_AGREEMENT, FOREIGN),
    Refusal("issue_still_own_agreement", "issues_issue", "UPDATE", FOREIGN_AGREEMENT, FOREIGN),
    Refusal(
        "issue_organization_fixed",
        "issues_issue",
        "UPDATE",
        "NEW.organization_id <> OLD.organization_id OR NEW.demo <> OLD.demo",
        "An issue belongs to one organization for ever.",
    ),
    Refusal("issue_no_delete", "issues_issue", "DELETE", "NOT OLD.demo", "Issues are never deleted."),
    *(rule for name in ISSUE_OF for rule in said(name)),
    Refusal(
        "obligation_breach_stands",
        "issues_obligation",
        "UPDATE",
        "OLD.outcome = 'breached' AND (NEW.outcome <> 'breached' OR NEW.breached_at <> OLD.breached_at)",
        "A breach under an agreed level is a fact; nothing later removes it.",
    ),
    Refusal(
        "obligation_no_delete",
        "issues_obligation",
        "DELETE",
        of_real_issue("OLD.issue_id"),
        "Obligations are counted for ever.",
    ),
    Refusal(
        "comment_own_organization",
        "issues_comment",
        "INSERT",
        stranger("author_id", "NEW.issue_id"),
        OWN_ORGANIZATION,
    ),
    Refusal(
        "note_of_the_vendor",
        "issues_internalnote",
        "INSERT",
        "(SELECT member.party FROM accounts_membership member WHERE member.id = NEW.author_id) <> 'vendor'",
        "Internal notes are the vendor's.",
    ),
    Refusal(
        "agreement_end_keeps_issues",
        "policies_agreement",
        "UPDATE",
        "NEW.effective_to IS NOT NULL AND EXISTS (SELECT 1 FROM issues_issue issue "
        "WHERE issue.agreement_id = NEW.id AND issue.submitted_at >= NEW.effective_to)",
        "Issues were reported under this agreement after that instant.",
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_one_party"),
        ("policies", "0003_one_agreement_at_a_time"),
        ("issues", "0001_initial"),
    ]

    operations = [migrations.RunPython(rule.install, rule.remove) for rule in RULES]
