"""Putting other terms in force for an issue that is open: only by a decision of both parties, on record (spec §1)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from slaportal.issues.models import Issue
from slaportal.issues.services import acts, obligations, timed
from slaportal.lib.refusal import Refused
from slaportal.policies.models import Agreement


@transaction.atomic
def apply_terms(*, issue: Issue, agreement: Agreement, now: datetime) -> None:
    """Judge what is undecided of `issue` by `agreement` from `now` on; what is decided keeps the terms it had.

    The caller answers for the decision of both parties, which signed with the effect before their eyes. Raises
    `Conflict`, or `Refused` for an issue that is over or an agreement that is another client's or not in force.
    """
    acts.claim(issue)
    timed.catch_up(issue, now=now)
    if agreement.organization_id != issue.organization_id or agreement.effective_from > now:
        raise Refused(_("This agreement does not bind the client of this issue now."))
    if not issue.is_live:
        raise Refused(_("This issue is over; it keeps the terms under which it was judged."))
    before, issue.agreement = issue.agreement, agreement
    acts.save(issue, "agreement", now=now)
    acts.record(
        issue,
        "terms.applied",
        actor=None,
        at=now,
        before=before.pk,
        after=agreement.pk,
        policy=agreement.policy_version.policy.key,
        version=agreement.policy_version.number,
        terms=agreement.policy_version.content_hash,
    )
    obligations.follow(issue, now=now)
