"""What was signed stays, even for a hand at the database: triggers on both engines."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from slaportal.accounts.models import Membership, Organization
from slaportal.issues.models import Issue
from slaportal.ledger.models import Event
from slaportal.policies.models import Agreement, Policy
from slaportal.policies.services import create_policy, draft_next, draft_version, load_standard, publish
from tests.policies.test_services import LINES
from tests.world import BEGIN, report

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def stored(parameters: tuple[Any, ...]) -> list[Any]:
    """Instants as the engine keeps them: SQLite compares them as text."""
    return [
        connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
        for value in parameters
    ]


def refused(sql: str, *parameters: Any) -> None:
    """Run a statement that the database must refuse for a row it really finds."""
    with pytest.raises(IntegrityError), transaction.atomic():
        assert not done(sql, *parameters), sql


def done(sql: str, *parameters: Any) -> int:
    """Run a statement and return how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, stored(parameters))
        return int(cursor.rowcount)


def test_a_published_version_cannot_be_changed_or_removed(db: None) -> None:
    version = load_standard(now=NOW)
    refused("UPDATE policies_policyversion SET confirmation_days = 1 WHERE id = %s", version.pk)
    refused(
        "UPDATE policies_policyversion SET status = 'draft', published_at = NULL, content_hash = '' WHERE id = %s",
        version.pk,
    )
    refused("DELETE FROM policies_policyversion WHERE id = %s", version.pk)


@pytest.mark.parametrize("table", ["policies_target", "policies_criticalitydefinition"])
def test_parts_of_a_published_version_cannot_be_changed_removed_or_added(db: None, table: str) -> None:
    version = load_standard(now=NOW)
    draft = draft_next(version.policy, actor=None, now=NOW)
    refused(f"UPDATE {table} SET level = level WHERE version_id = %s", version.pk)
    refused(f"DELETE FROM {table} WHERE version_id = %s", version.pk)
    assert done(f"DELETE FROM {table} WHERE version_id = %s AND level = 'low'", draft.pk)
    refused(f"UPDATE {table} SET version_id = %s WHERE version_id = %s", version.pk, draft.pk)


def test_a_part_cannot_be_added_to_a_published_version(db: None) -> None:
    version = load_standard(now=NOW)
    refused(
        "INSERT INTO policies_criticalitydefinition (version_id, level, wording, examples) "
        "VALUES (%s, 'critical', 'x', '[]')",
        version.pk,
    )


def test_a_demo_policy_can_be_removed_whole(db: None) -> None:
    policy = create_policy(key="demo", name="Demo", now=NOW, demo=True)
    publish(draft_version(policy, number=1, targets=LINES, now=NOW), actor=None, now=NOW)
    policy.versions.get().delete()
    policy.delete()
    assert not Policy.objects.filter(key="demo").exists()


def test_a_real_policy_never_becomes_demo(db: None) -> None:
    version = load_standard(now=NOW)
    refused("UPDATE policies_policy SET demo = NOT demo WHERE id = %s", version.policy_id)


def test_a_calendar_in_use_cannot_be_changed(acme: Organization) -> None:
    agreement = Agreement.objects.get(organization=acme)
    refused("UPDATE policies_businesscalendar SET name = 'x' WHERE id = %s", agreement.calendar_id)


def test_agreements_of_one_organization_never_overlap_whoever_writes(acme: Organization) -> None:
    agreement = Agreement.objects.get(organization=acme)
    # Bounded by nature: the unique constraint on open ends would not catch it.
    refused(
        "INSERT INTO policies_agreement (organization_id, policy_version_id, calendar_id, timezone, effective_from, "
        "effective_to, signed_by_client, signed_by_vendor) SELECT organization_id, policy_version_id, calendar_id, "
        "timezone, %s, %s, 'x', 'y' FROM policies_agreement WHERE id = %s",
        NOW,
        NOW + timedelta(days=1),
        agreement.pk,
    )
    refused("UPDATE policies_agreement SET timezone = 'UTC' WHERE id = %s", agreement.pk)
    refused("UPDATE policies_agreement SET signed_by_client = 'x' WHERE id = %s", agreement.pk)
    refused(
        "UPDATE policies_agreement SET effective_from = %s WHERE id = %s",
        BEGIN - timedelta(days=1),
        agreement.pk,
    )
    assert done("UPDATE policies_agreement SET effective_to = %s WHERE id = %s", NOW, agreement.pk) == 1


def test_an_agreement_cannot_end_before_its_issues(bob: Membership) -> None:
    issue = report(bob)
    refused(
        "UPDATE policies_agreement SET effective_to = %s WHERE id = %s",
        issue.submitted_at,
        issue.agreement_id,
    )


def test_an_issue_stays_with_its_organization_and_its_terms(bob: Membership, globex: Organization) -> None:
    issue = report(bob)
    refused("UPDATE issues_issue SET organization_id = %s WHERE id = %s", globex.pk, issue.pk)
    foreign = Agreement.objects.get(organization=globex)
    refused("UPDATE issues_issue SET agreement_id = %s WHERE id = %s", foreign.pk, issue.pk)
    refused("UPDATE issues_issue SET demo = NOT demo WHERE id = %s", issue.pk)
    refused("DELETE FROM issues_issue WHERE id = %s", issue.pk)


def test_nobody_can_speak_for_the_other_party(bob: Membership, sam: Membership, charlie: Membership) -> None:
    proposal = report(bob).proposals.get()
    vote = "INSERT INTO issues_vote (proposal_id, party, member_id, at) VALUES (%s, %s, %s, %s)"
    refused(vote, proposal.pk, "vendor", bob.pk, NOW)
    refused(vote.replace("%s, %s, %s, %s", "%s, %s, %s, %s"), proposal.pk, "client", sam.pk, NOW)
    done("INSERT INTO issues_dispute (issue_id, round, opened_by_id, reason, at) VALUES (%s, 1, %s, 'x', %s)",
         proposal.issue_id, bob.pk, NOW)  # fmt: skip
    dispute = proposal.issue.disputes.get()
    choice = "INSERT INTO issues_decidervote (dispute_id, party, member_id, level, at) VALUES (%s, %s, %s, 'low', %s)"
    refused(choice, dispute.pk, "client", charlie.pk, NOW)
    refused(choice, dispute.pk, "client", sam.pk, NOW)
    assert done(vote, proposal.pk, "vendor", sam.pk, NOW) == 1
    assert done(choice, dispute.pk, "client", bob.pk, NOW) == 1


@pytest.mark.parametrize("table", ["issues_proposal", "issues_vote"])
def test_what_a_party_said_is_kept(bob: Membership, table: str) -> None:
    report(bob)
    refused(f"UPDATE {table} SET party = party")
    refused(f"DELETE FROM {table}")


def test_a_breach_stands(bob: Membership) -> None:
    issue = report(bob)
    obligation = issue.obligations.get(metric="response")
    done(
        "UPDATE issues_obligation SET outcome = 'breached', decided_at = %s, breached_at = %s, detected_at = %s "
        "WHERE id = %s",
        NOW,
        NOW,
        NOW,
        obligation.pk,
    )
    refused("UPDATE issues_obligation SET outcome = 'met', breached_at = NULL WHERE id = %s", obligation.pk)
    refused("UPDATE issues_obligation SET outcome = '', decided_at = NULL, breached_at = NULL WHERE id = %s",
            obligation.pk)  # fmt: skip
    assert done("UPDATE issues_obligation SET adjusted_outcome = 'waived' WHERE id = %s", obligation.pk) == 1
    refused("DELETE FROM issues_obligation WHERE id = %s", obligation.pk)


def test_a_stranger_cannot_comment_and_only_the_vendor_makes_notes(
    bob: Membership, sam: Membership, charlie: Membership
) -> None:
    issue = report(bob)
    comment = "INSERT INTO {table} (issue_id, author_id, body, salt, at) VALUES (%s, %s, 'x', '', %s)"
    refused(comment.format(table="issues_comment"), issue.pk, charlie.pk, NOW)
    refused(comment.format(table="issues_internalnote"), issue.pk, bob.pk, NOW)
    assert done(comment.format(table="issues_comment"), issue.pk, sam.pk, NOW) == 1
    assert done(comment.format(table="issues_internalnote"), issue.pk, sam.pk, NOW) == 1


def test_events_are_never_changed_and_only_demo_ones_removed(bob: Membership) -> None:
    report(bob)
    refused("UPDATE ledger_event SET kind = 'x'")
    refused("DELETE FROM ledger_event")
    refused("UPDATE ledger_eventtext SET text = 'x'")
    assert done("DELETE FROM ledger_eventtext") > 0
    assert Event.objects.filter(demo=False).exists()
    assert Issue.objects.count() == 1
