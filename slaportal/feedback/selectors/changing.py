"""What a version would do to the issues that are open now, before anybody signs it (spec §1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from slaportal.accounts.models import Membership, Organization
from slaportal.feedback.models import AgreementChange
from slaportal.issues.models import Issue
from slaportal.issues.selectors.history import clock_events, facts, first_rules
from slaportal.policies.facts import Amended
from slaportal.policies.models import Agreement, PolicyVersion
from slaportal.policies.reckoning import reckon
from slaportal.policies.selectors import current_of, rules_of


@dataclass(frozen=True, slots=True)
class Move:
    """One clock of an open issue: due instants before and after; None while a pause stops it."""

    issue: Issue
    metric: str
    level: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Impact:
    """What applying a version to open issues would do; `earlier` of the `moves` come sooner."""

    open_issues: int
    moves: tuple[Move, ...]

    @property
    def earlier(self) -> int:
        """How many deadlines come sooner."""
        return sum(
            one.before is not None and one.after is not None and one.after < one.before for one in self.moves
        )


def agreement_now(organization: Organization, *, now: datetime) -> Agreement | None:
    """Return the agreement of `organization` in force, else the next or the last one."""
    found = Agreement.objects.filter(organization=organization)
    return current_of(found.select_related("policy_version__policy", "calendar", "organization"), now=now)


def impact(version: PolicyVersion, *, organization: Organization, now: datetime) -> Impact:
    """Return what `version` would do to the open issues of `organization`, were it applied at `now`."""
    agreement = agreement_now(organization, now=now)
    if agreement is None:
        return Impact(0, ())
    live = Issue.objects.filter(organization=organization).live().order_by("submitted_at", "pk")
    issues = list(
        live.select_related(
            "organization", "agreement__policy_version", "agreement__calendar"
        ).prefetch_related("obligations")
    )
    return Impact(
        len(issues), tuple(move for issue in issues for move in _moves(issue, version, agreement, now=now))
    )


def readable_changes(member: Membership) -> QuerySet[AgreementChange]:
    """Return the changes of agreements that `member` may read, newest first."""
    found = AgreementChange.objects.visible_to(member)
    return found.select_related(
        "organization", "version__policy", "calendar", "what_if", "agreement"
    ).select_related("offered_by__user", "client_signed_by__user", "vendor_signed_by__user")


def _moves(issue: Issue, version: PolicyVersion, agreement: Agreement, *, now: datetime) -> Iterator[Move]:
    events = clock_events(issue)
    for obligation in sorted(issue.obligations.all(), key=lambda one: one.metric, reverse=True):
        if obligation.outcome:
            continue
        rules = first_rules(issue, events, obligation.metric)
        known = list(facts(events, obligation.metric))
        changed = Amended(now, rules_of(version, obligation.metric, agreement.hours()))
        start = obligation.started_at
        today = reckon(rules=rules, start=start, facts=known, now=now)
        then = reckon(rules=rules, start=start, facts=[*known, changed], now=now)
        if today.due != then.due:
            yield Move(issue, obligation.get_metric_display(), then.level, today.due, then.due)
