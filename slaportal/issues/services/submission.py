"""Reporting an issue: the client's words, the first proposal, and both clocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership, Organization, Party
from slaportal.issues.models import Issue, IssueState, Proposal, Vote
from slaportal.issues.services import acts, attaching, obligations, periods, reminding
from slaportal.lib.refusal import Refused
from slaportal.lib.text import tidy, tidy_line
from slaportal.policies.models import Criticality
from slaportal.policies.selectors import agreement_for


@dataclass(frozen=True, slots=True)
class Report:
    """What the reporter typed."""

    title: str
    description: str
    level: str
    product: str = ""
    product_version: str = ""
    environment: str = ""
    contact: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


def submit_issue(
    *,
    organization: Organization,
    actor: Membership,
    report: Report,
    now: datetime,
    on_behalf_of: Membership | None = None,
    watchers: Iterable[Membership] = (),
    files: Sequence[UploadedFile[Any]] = (),
    follows: Issue | None = None,
    submission_key: str | None = None,
    source_key: str | None = None,
) -> Issue:
    """Open an issue, propose its level, start both clocks and tell both parties (spec §3, §4).

    `follows` is an issue that has ended and comes back as this one; both then name each other.
    The same `submission_key` of the same actor, or the same `source_key`, returns the issue that it made before.
    Raises `NotAllowed`, `NoAgreement` or `Refused`; then nothing is saved.
    """
    permissions.require(actor, "issue.submit", organization_id=organization.pk, own=True)
    known = _already_there(actor, submission_key, source_key)
    if known is not None:
        return known
    _check(organization, report, on_behalf_of, watchers)
    attaching.check(files)
    _check_follows(follows, organization, actor)
    issue = _new_issue(organization, actor, report, now)
    issue.on_behalf_of, issue.follows = on_behalf_of, follows
    issue.submission_key, issue.source_key = submission_key, source_key
    try:
        return _open(issue, report, watchers=watchers, files=files, now=now)
    except IntegrityError:
        # The twin of this very form came first; the constraint let only one through.
        twin = _already_there(actor, submission_key, source_key)
        if twin is None:
            raise
        return twin


def _already_there(actor: Membership, submission_key: str | None, source_key: str | None) -> Issue | None:
    if source_key is not None:
        return Issue.objects.filter(source_key=source_key).first()
    if submission_key is not None:
        return Issue.objects.filter(reported_by=actor, submission_key=submission_key).first()
    return None


def _check(
    organization: Organization,
    report: Report,
    on_behalf_of: Membership | None,
    watchers: Iterable[Membership],
) -> None:
    if organization.party != Party.CLIENT:
        raise Refused(_("An issue belongs to a client; choose the client it is for."))
    if not tidy_line(report.title):
        raise Refused(_("Give the issue a title."))
    if not tidy(report.description):
        raise Refused(_("Describe what happens."))
    if report.level not in Criticality.values:
        raise Refused(
            _("“%(level)s” is not a level. Choose Critical, High, Medium or Low.") % {"level": report.level}
        )
    for colleague in [*watchers, *([on_behalf_of] if on_behalf_of else [])]:
        if colleague.organization_id != organization.pk:
            raise Refused(
                _("%(user)s is not of %(organization)s and cannot follow its issues.")
                % {"user": colleague.user, "organization": organization}
            )


def _check_follows(earlier: Issue | None, organization: Organization, actor: Membership) -> None:
    if earlier is None:
        return
    readable = Issue.objects.visible_to(actor).filter(pk=earlier.pk, organization=organization)
    if not readable.exists():
        raise Refused(_("There is no such earlier issue of this organization."))
    if earlier.state == IssueState.DUPLICATE:
        raise Refused(_("A duplicate has no follow-up; name the issue that goes on instead of it."))
    if earlier.is_live:
        raise Refused(
            _("%(reference)s is still open. Write there, or reject its resolution.")
            % {"reference": earlier.reference}
        )


@transaction.atomic
def _open(
    issue: Issue,
    report: Report,
    *,
    watchers: Iterable[Membership],
    files: Sequence[UploadedFile[Any]],
    now: datetime,
) -> Issue:
    """Store the issue with everything that belongs to its first instant."""
    actor = issue.reported_by
    issue.agreement = agreement_for(organization=issue.organization, at=now)
    issue.save(force_insert=True)
    issue.watchers.set(watchers)
    proposal = _first_proposal(issue, report, now)
    follows: dict[str, Any] = {"follows": issue.follows.reference} if issue.follows else {}
    event = acts.record(
        issue,
        "issue.submitted",
        actor=actor,
        at=now,
        texts={"title": issue.title, "description": issue.description, "reason": report.reason},
        proposal=proposal.pk,
        level=proposal.level,
        agreement=issue.agreement.pk,
        terms=issue.agreement.policy_version.content_hash,
        **follows,
    )
    if issue.follows:
        acts.record(issue.follows, "issue.followed", actor=actor, at=now, other=issue.reference)
    attaching.attach(issue, files, actor=actor, now=now)
    acts.record(
        issue, "level.governs", actor=None, at=now, level=issue.level, provisional=True, how="proposed"
    )
    obligations.begin(issue, now=now)
    issue.answer_due_at = periods.answer_due(issue, proposal)
    acts.save(issue, "answer_due_at", now=now)
    reminding.remind_of_answer(issue, start=now)
    told: dict[str, Any] = {"answer_by": issue.answer_due_at, "text": issue.description}
    acts.tell(issue, "issue-received", cause=event, to=issue.people_of(Party.CLIENT), now=now, **told)
    vendor = issue.people_of(Party.VENDOR)
    acts.tell(issue, "issue-reported", cause=event, to=vendor, now=now, actor=actor, **told)
    return issue


def _new_issue(organization: Organization, actor: Membership, report: Report, now: datetime) -> Issue:
    """Return the issue as it was typed, not stored yet."""
    return Issue(
        organization=organization,
        title=tidy_line(report.title),
        description=tidy(report.description),
        product=tidy_line(report.product),
        product_version=tidy_line(report.product_version),
        environment=tidy_line(report.environment),
        contact=tidy_line(report.contact),
        answers=report.answers,
        reported_by=actor,
        submitted_at=now,
        level=report.level,
        awaiting_level_from=Party(actor.party).other,
        updated_at=now,
        demo=organization.demo,
    )


def _first_proposal(issue: Issue, report: Report, now: datetime) -> Proposal:
    """Store the reporter's level as the first proposal, with their own yes to it."""
    actor = issue.reported_by
    proposal = Proposal.objects.create(
        issue=issue,
        round=1,
        revision=1,
        party=actor.party,
        author=actor,
        level=report.level,
        reason=tidy(report.reason),
        answers=report.answers,
        at=now,
    )
    Vote.objects.create(proposal=proposal, party=actor.party, member=actor, at=now)
    return proposal
