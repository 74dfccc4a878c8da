"""Everything about one issue that answers the five questions of an audit, as both parties may read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from slaportal.accounts.models import Party
from slaportal.escalations.models import Escalation, SlaException
from slaportal.issues.models import Comment, Issue, Pause, Proposal
from slaportal.issues.selectors.explaining import explanation_data
from slaportal.lib import canonical
from slaportal.lib.wording import neutral
from slaportal.reports.models import AuditedObligation, AuditRecord


@dataclass(frozen=True, slots=True)
class Dossier:
    """What an auditor looks at, in the order of the questions. `response` is the vendor's first message, if any."""

    criterion: str
    proposals: Sequence[Proposal]
    response: Comment | None
    pauses: Sequence[Pause]
    exceptions: Sequence[SlaException]
    escalations: Sequence[Escalation]
    obligations: Sequence[AuditedObligation]


def dossier(record: AuditRecord) -> Dossier:
    """Return what answers the questions about `record`."""
    issue = record.issue
    definition = issue.agreement.policy_version.definitions.filter(level=issue.level).first()
    return Dossier(
        criterion=definition.wording if definition else "",
        proposals=list(issue.proposals.select_related("author__user")),
        response=_messages(issue).filter(author__party=Party.VENDOR).first(),
        pauses=list(issue.pauses.select_related("requested_by__user", "judged_by__user")),
        exceptions=_exceptions([issue]),
        escalations=list(
            issue.escalations.select_related("obligation", "acknowledged_by__user", "step").order_by(
                "fired_at", "pk"
            )
        ),
        obligations=list(record.audit.obligations.filter(issue=issue).order_by("-metric")),
    )


def dossier_data(issue: Issue, *, at: datetime) -> dict[str, Any]:
    """Return the dossier of `issue` as plain values, as it was known at `at`: the same whenever it is asked for."""
    return {
        "reference": issue.reference,
        "title": issue.title,
        "description": issue.description,
        "submitted_at": canonical.instant(issue.submitted_at),
        "reported_by": issue.reported_by.user.name,
        "level": issue.level,
        "proposals": [
            {
                "at": canonical.instant(one.at),
                "by": one.author.user.name,
                "level": one.level,
                "party": one.party,
                "reason": one.reason,
            }
            for one in issue.proposals.select_related("author__user")
            if one.at <= at
        ],
        "messages": [
            {
                "at": canonical.instant(one.at),
                "by": one.author.user.name,
                "party": one.author.party,
                "text": one.body,
            }
            for one in _messages(issue).filter(at__lte=at)
        ],
        "pauses": _pause_rows(issue, at),
        "escalations": _escalation_rows(issue, at),
        "resolution": {
            "resolved_at": _known(issue.resolved_at, at),
            "confirmed_at": _known(issue.confirmed_at, at),
            "note": issue.resolution_note if _known(issue.resolved_at, at) else "",
        },
        "explanation": explanation_data(issue, now=at),
    }


def _pause_rows(issue: Issue, at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "began_at": canonical.instant(one.began_at),
            "ended_at": _known(one.ended_at, at),
            "on": one.on,
            "reason": one.reason,
            "stops_clock": one.stops_clock,
        }
        for one in issue.pauses.filter(began_at__lte=at)
    ]


def _escalation_rows(issue: Issue, at: datetime) -> list[dict[str, Any]]:
    ran = issue.escalations.filter(fired_at__lte=at).select_related("step").order_by("fired_at", "pk")
    return [
        {
            "due_at": canonical.instant(one.due_at),
            "fired_at": canonical.instant(one.fired_at),
            "role": one.role,
            "step": neutral(partial(_step_words, one)),
        }
        for one in ran
    ]


def _step_words(escalation: Escalation) -> str:
    return str(escalation.step.when) if escalation.step else "by hand"


def exception_rows(issues: Sequence[Issue]) -> list[list[object]]:
    """Return one row per exception of `issues`: what was asked for, by whom, approved by whom, and the answer."""
    return [
        [
            one.issue.reference,
            one.metric,
            one.effect,
            one.cause,
            one.status,
            canonical.instant(one.requested_at),
            one.requested_by.user.name,
            one.approved_by.user.name if one.approved_by else "",
            one.answered_by.user.name if one.answered_by else "",
            canonical.instant(one.until) if one.until else "",
            one.reason,
            one.plan,
        ]
        for one in _exceptions(issues)
    ]


def _exceptions(issues: Sequence[Issue]) -> list[SlaException]:
    found = SlaException.objects.filter(issue__in=issues).select_related(
        "issue", "requested_by__user", "approved_by__user", "answered_by__user"
    )
    return list(found.order_by("issue__reference", "requested_at", "pk"))


def _messages(issue: Issue) -> Any:
    return issue.comments.select_related("author__user", "author__organization").order_by("at", "pk")


def _known(instant: datetime | None, at: datetime) -> str | None:
    return canonical.instant(instant) if instant and instant <= at else None
